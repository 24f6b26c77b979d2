// Tells of what is new on the list being looked at. The page is complete without it.
(() => {
  const notice = document.querySelector("[data-latest]");
  if (!notice) return;
  const seen = Number(notice.dataset.total);
  const news = notice.dataset.news;
  const title = document.title;
  const link = document.createElement("a");
  link.href = notice.dataset.list;
  let told = 0;
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(notice.dataset.latest, { cache: "no-store" });
      if (!answer.ok) return;
      const more = (await answer.json()).total - seen;
      if (more <= 0 || more === told) return;
      told = more;
      link.textContent = `有 ${more.toLocaleString("zh-TW")} ${news}，點此更新`;
      notice.append(link);
      document.title = `（${more}）${title}`;
    } catch {
      // The server may be restarting; the next look will tell.
    }
  };
  setInterval(look, 3000);
  document.addEventListener("visibilitychange", look);
})();
