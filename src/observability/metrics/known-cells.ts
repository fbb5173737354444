/**
 * Cells found again by the object that carries their labels and by one more value, such as the status. The data plane tells the same labels with the
 * same object, so that this look-up spares joining them to a text for each exchange.
 */
export class KnownCells<Detail, Cell> {
  readonly #byLabels = new WeakMap<object, Map<Detail, Cell>>();

  find(labels: object, detail: Detail): Cell | undefined {
    return this.#byLabels.get(labels)?.get(detail);
  }

  /** Keeps the cell and gives it back. */
  keep(labels: object, detail: Detail, cell: Cell): Cell {
    const known = this.#byLabels.get(labels);
    if (known === undefined) this.#byLabels.set(labels, new Map([[detail, cell]]));
    else known.set(detail, cell);
    return cell;
  }
}
