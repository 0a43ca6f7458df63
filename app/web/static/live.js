/* Puts what is new at the top of a list, as the server tells it (EventSource). Without this file a
   page shows what was there when it was loaded. While nobody looks at it, nothing is asked for. */

const MOST = 500;

for (const list of document.querySelectorAll("[data-live]")) {
  const state = document.getElementById(list.dataset.state);
  const address = new URL(list.dataset.live, location.href);
  let source = null;

  const begin = () => {
    source = new EventSource(address);
    source.onopen = () => { state.hidden = false; };
    source.onerror = () => { state.hidden = true; };
    source.onmessage = (told) => {
      address.searchParams.set("after", told.lastEventId);
      list.insertAdjacentHTML("afterbegin", told.data);
      while (list.children.length > MOST) list.lastElementChild.remove();
    };
  };
  const end = () => { source.close(); state.hidden = true; };

  document.addEventListener("visibilitychange", () => (document.hidden ? end : begin)());
  if (!document.hidden) begin();
}
