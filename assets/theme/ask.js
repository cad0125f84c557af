// Put in front of the components that show what changes. Asks an address again and again for what is new, while the node is there
// and nobody else asks for it; gives what comes to `use`. pace: {every, seldom, unseen}, milliseconds between two questions, up to
// which they grow while nothing is new, and whether a hidden page asks too.
function keepAsking(node, address, pace, use) {
  let version = "";
  let wait = pace.every;
  let timer;
  const ask = async () => {
    if (!document.hidden || pace.unseen) {
      try {
        const answer = await fetch(address + "?have=" + version);
        if (node.ask !== ask) return;
        const isNew = answer.status === 200;
        wait = isNew ? pace.every : Math.min(pace.seldom, wait * 1.5);
        if (isNew) {
          version = answer.headers.get("X-Version");
          use(await answer.json());
        }
      } catch {
        // The server is away, or starts: it is asked again.
      }
    }
    if (node.ask === ask) timer = setTimeout(ask, wait);
  };
  node.ask = ask;
  timer = setTimeout(ask, pace.every);
  return () => {
    clearTimeout(timer);
    if (node.ask === ask) node.ask = undefined;
  };
}
