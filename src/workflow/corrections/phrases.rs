//! How Taiwanese papers and portals say that something was wrong, that somebody denies it, and that a page is gone. Written
//! by the project from how such notes are usually worded; all in canonical characters.

/// Right before a value: it is said not to be so.
pub(super) const NEGATORS: [&str; 11] =
    ["並非", "不是", "而非", "絕非", "並無", "沒有", "並未", "不會", "未有", "絕無", "也非"];

/// Directly before a value, likewise.
pub(super) const NEGATING_ENDS: [&str; 5] = ["非", "不", "未", "免", "無"];

/// Begin like a negator and are none.
pub(super) const NO_NEGATORS: [&str; 5] = ["是不是", "不是只有", "沒有錯", "不只是", "會不會"];

/// Behind a value: it is said to be wrong.
pub(super) const REFUTED: [&str; 21] = [
    "並非事實",
    "非事實",
    "不是事實",
    "不實",
    "有誤",
    "為錯誤",
    "是錯誤",
    "係錯誤",
    "誤植",
    "誤載",
    "誤繕",
    "與事實不符",
    "與實情不符",
    "與實際不符",
    "不正確",
    "非屬實",
    "不屬實",
    "誤傳",
    "純屬誤",
    "是誤解",
    "並非如此",
];

/// Before a value: it is told as an error that was made.
pub(super) const MISTAKEN: [&str; 13] =
    ["誤植", "誤載", "誤寫", "誤繕", "誤報", "誤為", "誤稱", "誤指", "誤將", "誤把", "誤算", "原誤", "錯誤寫成"];

/// Before a value: what was printed earlier. It is only taken back where [`RIGHTED`] words follow.
pub(super) const EARLIER: [&str; 14] = [
    "原報導",
    "原載",
    "原刊",
    "原文",
    "原標題",
    "原寫",
    "原稱",
    "原本寫",
    "先前報導",
    "稍早報導",
    "日前報導",
    "早前報導",
    "更正前",
    "前版",
];

/// Something is put right.
pub(super) const RIGHTED: [&str; 9] = ["應為", "更正", "有誤", "正確", "修正為", "誤植", "訂正", "勘誤", "應是"];

/// Before a value: others are said to say it.
pub(super) const HEARSAY: [&str; 13] =
    ["針對", "有關", "媒體報導", "外傳", "網傳", "外界", "指稱", "所稱", "傳言", "報導稱", "報載", "流傳", "傳出"];

/// Somebody denies.
pub(super) const DENIALS: [&str; 14] = [
    "澄清",
    "駁斥",
    "否認",
    "並非",
    "不實",
    "闢謠",
    "並無",
    "與事實不符",
    "絕無",
    "誤解",
    "誤植",
    "不是",
    "更正",
    "並未",
];

/// After these words it is somebody else's turn.
pub(super) const TURNS: [&str; 13] =
    ["但", "然而", "不過", "惟", "卻", "反駁", "質疑", "打臉", "仍指", "仍稱", "堅稱", "不認同", "批評"];

/// A paragraph that begins so is the newsroom's own note.
pub(super) const NOTE_HEADS: [&str; 12] = [
    "更正",
    "編按",
    "編者按",
    "編註",
    "編者註",
    "編輯部",
    "勘誤",
    "訂正",
    "本文更正",
    "本報更正",
    "內容更正",
    "小編更正",
];

/// A paragraph with these words is one, wherever they stand in it.
pub(super) const NOTE_WORDS: [&str; 18] = [
    "特此更正",
    "特此訂正",
    "謹此更正",
    "本報更正",
    "本文更正",
    "已更正",
    "已予更正",
    "已修正",
    "已訂正",
    "本文原",
    "原報導誤",
    "原文誤",
    "原報導有誤",
    "本報誤",
    "更正啟事",
    "更正:",
    "更正：",
    "原標題誤",
];

/// Words by which a note owns up to an error.
pub(super) const ADMITS: [&str; 12] =
    ["更正", "勘誤", "誤植", "誤載", "誤寫", "誤繕", "有誤", "訂正", "應為", "誤為", "誤報", "致歉"];

/// Before 更正: somebody asks for it, and it has not taken place.
pub(super) const ASKS: [&str; 9] = ["要求", "呼籲", "促", "請", "籲", "應予", "拒", "未", "盼"];

/// Verbs by which a public body says something.
pub(super) const SAYING: [&str; 21] = [
    "澄清",
    "說明",
    "表示",
    "強調",
    "指出",
    "回應",
    "駁斥",
    "回覆",
    "重申",
    "聲明",
    "否認",
    "解釋",
    "發布",
    "新聞稿",
    "來函",
    "補充",
    "說",
    "闢謠",
    "發文",
    "提供",
    "公布",
];

/// Who speaks for a city, whatever it is called.
pub(super) const CITY: [&str; 8] = ["市府", "市政府", "縣府", "縣政府", "府方", "局方", "處方", "主管機關"];

/// The page says that it is gone.
pub(super) const GONE: [&str; 19] = [
    "已下架",
    "查無此新聞",
    "查無此文章",
    "查無資料",
    "找不到頁面",
    "找不到網頁",
    "找不到您",
    "找不到此",
    "頁面不存在",
    "新聞不存在",
    "文章不存在",
    "網頁不存在",
    "已被移除",
    "已移除",
    "已被刪除",
    "已刪除",
    "已撤下",
    "內容已不存在",
    "404",
];

/// The rest of the page is for those who log in or pay.
pub(super) const WALL: [&str; 12] = [
    "訂閱",
    "加入會員",
    "登入會員",
    "會員登入",
    "會員限定",
    "會員專屬",
    "付費",
    "解鎖全文",
    "繼續閱讀",
    "閱讀全文",
    "請先登入",
    "登入後",
];

/// Point back to what was said of before: 這25億元.
pub(super) const POINTING: [&str; 5] = ["這", "該", "此", "上述", "前述"];

/// Whether any of the words stands in `text`.
pub(super) fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}
