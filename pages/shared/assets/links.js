// What links do beyond opening their page, once a browser: on a phone they close the menu, as Streamlit's own menu does,
// and the way back from Explain leads to the place where the page was left, not only to its top.

if (!window.placesLeft) {
  const left = (window.placesLeft = {}); // how far each page was scrolled, by path
  const one = (selector) => document.querySelector(selector);
  const main = () => one('[data-testid="stMain"]');

  const scrollBack = (path) => {
    const [place, until, stop] = [left[path], performance.now() + 10000, new AbortController()];
    if (!place) return;
    const isBusy = () => one(".st-key-way_back") || one('[data-testid="stApp"]').dataset.testScriptState !== "notRunning";
    const follow = () => { // the page grows while it is drawn; whoever moves it meanwhile is left alone
      if (stop.signal.aborted || performance.now() > until) return;
      if (!one(".st-key-way_back")) main().scrollTop = place;
      if (isBusy() || Math.abs(main().scrollTop - place) > 1) requestAnimationFrame(follow);
    };
    for (const name of ["wheel", "pointerdown", "keydown"]) {
      addEventListener(name, () => stop.abort(), { capture: true, signal: stop.signal });
    }
    requestAnimationFrame(follow);
  };

  document.addEventListener("click", ({ target }) => {
    if (main()) left[location.pathname] = main().scrollTop;
    const back = target.closest(".st-key-way_back a");
    if (back) scrollBack(new URL(back.href).pathname);
  }, true); // before the link itself
  addEventListener("popstate", () => one(".st-key-way_back") && scrollBack(location.pathname));
  document.addEventListener("click", ({ target }) => {
    if (innerWidth > 768 || !target.closest(".st-key-menu a")) return;
    one('[data-testid="stSidebarCollapseButton"] button')?.click();
  });
}
