/** Makes what does changes one after another, whatever becomes of the one before. */
export function inTurn(): <T>(change: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (change) => {
    const changed = turn.then(change);
    turn = changed.catch(() => {}); // whoever asked for it has the error
    return changed;
  };
}
