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

// Keeps what is typed into a draft, so that no word is lost; counts characters. The form is complete without it.
(() => {
  const form = document.querySelector("form[data-note]");
  if (!form) return;
  const every = 10_000;
  const told = form.querySelector("[data-saved]");
  const local = `draft:${location.pathname}`;
  const written = () => new URLSearchParams(new FormData(form)).toString();
  // The same words written from another revision are the same words.
  const words = (body) => body.replace(/^base=\d+&/, "");
  let kept = written();
  let dirty = false;

  const count = () => {
    for (const field of form.querySelectorAll("[data-most]")) {
      const length = [...field.value].length;
      const most = Number(field.dataset.most);
      const over = length > most ? `，超過上限 ${length - most} 字` : "";
      form.querySelector(`[data-count="${field.id}"]`).textContent = `目前 ${length} 字${over}`;
    }
  };
  // What is typed and not kept cannot be submitted by mistake for the revision that is.
  const guard = () => {
    for (const step of document.querySelectorAll("form[data-clean-only]")) {
      step.querySelector("button").disabled = dirty;
      step.querySelector("[data-unsaved]").hidden = !dirty;
    }
  };
  const keepHere = (why) => {
    try {
      sessionStorage.setItem(local, written());
      told.textContent = `${why}，內容已暫存於此瀏覽器分頁；請於新分頁登入後再儲存。`;
    } catch {
      told.textContent = `${why}，且無法暫存，請先複製內容。`;
    }
  };
  const note = async (leaving) => {
    const body = written();
    if (body === kept) return;
    try {
      const answer = await fetch(form.dataset.note, {
        method: "POST",
        body: new URLSearchParams(body),
        keepalive: leaving && body.length < 60_000,
        redirect: "manual",
      });
      if (answer.status === 204) {
        kept = body;
        sessionStorage.removeItem(local);
        told.textContent = `已於 ${new Date().toLocaleTimeString("zh-TW", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })} 暫存`;
      } else {
        keepHere(answer.status === 401 || answer.type === "opaqueredirect" ? "登入已逾時" : "暫存失敗");
      }
    } catch {
      keepHere("連線中斷");
    }
  };
  const restore = () => {
    const copy = sessionStorage.getItem(local);
    if (!copy || words(copy) === words(kept)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "還原此瀏覽器分頁暫存的內容";
    button.addEventListener("click", () => {
      const values = new URLSearchParams(copy);
      for (const name of new Set(values.keys())) {
        if (name === "base") continue;
        const fields = form.querySelectorAll(`[name="${name}"]`);
        values.getAll(name).forEach((value, at) => {
          if (fields[at]) fields[at].value = value;
        });
      }
      button.remove();
      form.dispatchEvent(new Event("input"));
    });
    form.prepend(button);
  };

  form.addEventListener("input", () => {
    dirty = true;
    count();
    guard();
  });
  // A log-in may have run out unnoticed: what is sent stays here until the console says that it has it.
  form.addEventListener("submit", () => {
    try {
      sessionStorage.setItem(local, written());
    } catch {
      // Without storage the form is sent as it is.
    }
    kept = written();
  });
  setInterval(() => note(false), every);
  addEventListener("pagehide", () => note(true));
  if (document.querySelector("[data-kept]")) sessionStorage.removeItem(local);
  restore();
  count();
})();
