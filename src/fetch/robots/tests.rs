use super::*;

const SITE: &str = "User-agent: *\nDisallow: /private\nAllow: /private/open\n\nUser-agent: Clarion\nDisallow: /draft\n";

fn check(file: &str, agent: &str, url: &str, expect: bool) {
    assert_eq!(robots_allowed(file.as_bytes(), agent, url), expect, "{agent} on {url} by {file:?}");
}

#[test]
fn a_group_of_its_own_counts_alone() {
    check(SITE, "Other", "https://a.tw/private/x", false);
    check(SITE, "Other", "https://a.tw/private/open/x", true);
    check(SITE, "Clarion", "https://a.tw/private/x", true);
    check(SITE, "clarion/0.1 (+mailto:press@a.tw)", "https://a.tw/draft/1", false);
    check(SITE, "*", "https://a.tw/draft/1", true);
}

#[test]
fn groups_of_one_name_are_merged_and_names_in_a_row_share_rules() {
    let file = "User-agent: a\nUser-agent: Clarion\nSitemap: /s\nDisallow: /1\nUser-agent: b\nDisallow: /2\nUser-agent: CLARION\nDisallow: /3\n";
    check(file, "Clarion", "/1", false);
    check(file, "Clarion", "/2", true);
    check(file, "Clarion", "/3", false);
    check(file, "a", "/1", false);
    check(file, "a", "/3", true);
}

#[test]
fn any_line_ending_and_a_byte_order_mark_are_read() {
    for end in ["\n", "\r", "\r\n"] {
        check(&format!("\u{feff}User-agent: *{end}Disallow: /x{end}"), "c", "/x", false);
    }
    assert!(!robots_allowed(b"\xef\xbbuser-agent: *\ndisallow: /", "c", "/"));
}

#[test]
fn what_is_no_robots_file_forbids_nothing() {
    check("<!doctype html><html><body>找不到網頁</body></html>", "c", "/", true);
    assert!(robots_allowed(b"\0\0\0\xff\xfe user-agent\0: *", "c", "/"));
    check("", "c", "/", true);
    check("Disallow: /\n", "c", "/", true);
}

#[test]
fn slips_of_the_pen_are_understood() {
    for key in DISALLOW {
        check(&format!("useragent: *\n{key} : /x"), "c", "/x", false);
    }
    check("user-agent *\ndisallow /x # all of it", "c", "/x", false);
    check("user-agent: *\ndisallow /x and more", "c", "/x", true);
}

#[test]
fn long_lines_and_long_files_are_cut() {
    let long = format!("user-agent: *\ndisallow: /{}\n", "x".repeat(LINE_CAP));
    check(&long, "c", &format!("/{}", "x".repeat(LINE_CAP + 9)), false);
    let late = format!("user-agent: *\n{}disallow: /\n", "# filler\n".repeat(FILE_CAP / 9));
    check(&late, "c", "/", true);
}

#[test]
fn the_target_is_what_follows_the_host() {
    for (url, expect) in [
        ("https://a.tw", "/"),
        ("https://a.tw?x=/y", "/?x=/y"),
        ("https://a.tw/p?x#f", "/p?x"),
        ("a.tw/p", "/p"),
        ("//a.tw/p", "/p"),
        ("/p/http://b.tw/q", "/p/http://b.tw/q"),
        ("", "/"),
    ] {
        assert_eq!(path_and_query(url), expect, "{url}");
    }
}

#[test]
fn a_crawl_delay_belongs_to_the_names_before_it_and_leaves_the_rules_alone() {
    let file = "Crawl-delay: 2\nUser-agent: a\nCrawl-delay: 1.5\nUser-agent: b\nCrawl-delay: -1\nDisallow: /\n";
    let rules = Rules::parse(file.as_bytes());
    assert_eq!(rules.crawl_delay("a"), Some(Duration::from_millis(1500)));
    assert_eq!(rules.crawl_delay("b"), None);
    assert_eq!(rules.crawl_delay("c"), Some(Duration::from_secs(2)));
    assert!(!rules.allows("a", "/"));
}

#[test]
fn an_address_in_chinese_is_forbidden_as_its_encoded_form_is() {
    for pattern in ["/市府", "/%E5%B8%82%E5%BA%9C", "/%e5%b8%82%e5%ba%9c"] {
        let file = format!("user-agent: *\ndisallow: {pattern}\n");
        for url in ["https://a.tw/市府/1", "https://a.tw/%E5%B8%82%E5%BA%9C/1", "/%e5%b8%82府"] {
            check(&file, "c", url, false);
        }
        check(&file, "c", "https://a.tw/市民", true);
    }
}

#[test]
fn the_file_itself_is_always_allowed() {
    let file = "user-agent: *\ndisallow: /\n";
    check(file, "c", "https://a.tw/robots.txt", true);
    check(file, "c", "/robots.txt?x", true);
    check(file, "c", "/robots.txt.bak", false);
    check(file, "c", "/a/robots.txt", false);
}
