/** Pools in named states, the same in every run. */
import { Bitmap } from '../sut/lib/bitmap.ts';

export const PAGES = 2 ** 20;
/** Orders of the mix, equally often: 1 to 32 pages. */
export const ORDERS = [0, 1, 2, 3, 4, 5];

/** Numbers 0..below-1, the same in every run: a linear congruential generator. */
export function numbers(): (below: number) => number {
  let state = 12345;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Random life of a pool: allocates while less than `fill` is taken, else frees anything live. */
export function churn(map: Bitmap, fill: number, orders: readonly number[]): () => void {
  const random = numbers();
  const limit = Math.floor(map.length * fill);
  const pages: number[] = [];
  const ordersOf: number[] = [];
  let taken = 0;
  return () => {
    const order = orders[random(orders.length)]!;
    const page = taken < limit ? map.findFreeRegion(map.length, order) : -1;
    if (page >= 0) {
      pages.push(page);
      ordersOf.push(order);
      taken += 2 ** order;
      return;
    }
    const at = random(pages.length);
    map.releaseRegion(pages[at]!, ordersOf[at]!);
    taken -= 2 ** ordersOf[at]!;
    const lastPage = pages.pop()!;
    const lastOrder = ordersOf.pop()!;
    if (at === pages.length) return;
    pages[at] = lastPage;
    ordersOf[at] = lastOrder;
  };
}

export function frontPacked(): Bitmap {
  const map = new Bitmap(PAGES);
  map.setRange(0, PAGES * 0.9);
  return map;
}

export function randomlyTaken(): Bitmap {
  const map = new Bitmap(PAGES);
  const random = numbers();
  for (let page = 0; page < PAGES; page++) if (random(10) > 0) map.setRange(page, 1);
  return map;
}

export function steady(): Bitmap {
  const map = new Bitmap(PAGES);
  const live = churn(map, 0.9, ORDERS);
  for (let k = 0; k < 1_000_000; k++) live();
  return map;
}
