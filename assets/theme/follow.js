// Shows what changes by the second: asks this server for it, and has the page drawn again once more than that has changed.
export default function ({ data: [data], parentElement, setTriggerValue }) {
  let node = parentElement.querySelector(".parafine-follow");
  if (!node) {
    node = document.createElement("div");
    node.className = "parafine-follow";
    parentElement.appendChild(node);
  }
  const show = (html) => {
    if (node.shown !== html) node.innerHTML = node.shown = html;
  };
  show(data.html);
  const every = data.every * 1000;
  return keepAsking(node, data.address, { every, seldom: every, unseen: data.unseen }, (now) => {
    if (now.mark === data.mark) show(now.html);
    else setTriggerValue("changed", now.mark);
  });
}
