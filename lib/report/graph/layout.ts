/**
 * Where the boxes of a picture go: columns by level, from left to right, with few crossings.
 *
 * @module
 */
import { width } from "../text.ts";
import { edgesOf, levelsOf, secondLine } from "./picture.ts";
import type { Picture, PictureEdge, PictureNode } from "./picture.ts";

/** A box with its place, in pixels. */
export interface Box {
  readonly node: PictureNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point, in pixels. */
export type Point = readonly [x: number, y: number];

/** An arrow with the points that it goes through. */
export interface Arrow extends PictureEdge {
  readonly points: readonly Point[];
}

/** A picture with a place for everything. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

const CHARACTER = 7.3, PADDING = 12, ROW = 14, COLUMN = 56, MARGIN = 16, LINE = 17;

/** A box, or a bend: the place where an arrow passes a column that is not its own. */
interface Slot {
  readonly node: PictureNode | undefined;
  readonly height: number;
  readonly before: Slot[];
  readonly after: Slot[];
  rank: number;
  y: number;
}

interface Route {
  readonly edge: PictureEdge;
  readonly slots: readonly Slot[];
}

/** Places every node and arrow. */
export function layout(picture: Picture): Layout {
  const { columns, routes } = slotsOf(picture);
  reduceCrossings(columns);
  const height = placeRows(columns);
  const xs: number[] = [], widths: number[] = [];
  let x = MARGIN;
  for (const [i, column] of columns.entries()) {
    xs.push(x);
    widths.push(Math.max(0, ...column.map(({ node }) => node === undefined ? 0 : boxWidth(node))));
    x += widths[i]! + COLUMN;
  }
  const place = new Map<Slot, number>();
  columns.forEach((column, i) => column.forEach((slot) => place.set(slot, i)));
  const boxes = [...place].flatMap(([slot, i]): Box[] =>
    slot.node === undefined
      ? []
      : [{ node: slot.node, x: xs[i]!, y: slot.y, width: widths[i]!, height: slot.height }]
  );
  const arrows = routes.map(({ edge, slots }): Arrow => ({
    ...edge,
    points: slots.flatMap((slot, at): Point[] => {
      const i = place.get(slot)!;
      const y = slot.y + slot.height / 2;
      const left: Point = [xs[i]!, y], right: Point = [xs[i]! + widths[i]!, y];
      return at === 0 ? [right] : at === slots.length - 1 ? [left] : [left, right];
    }),
  }));
  return { width: Math.max(2 * MARGIN, x - COLUMN + MARGIN), height, boxes, arrows };
}

function boxWidth(node: PictureNode): number {
  return Math.max(width(node.id), width(secondLine(node))) * CHARACTER + 2 * PADDING;
}

function slotsOf(picture: Picture): { columns: Slot[][]; routes: Route[] } {
  const levels = levelsOf(picture);
  const columns: Slot[][] = Array.from({ length: Math.max(-1, ...levels.values()) + 1 }, () => []);
  const slots = new Map<string, Slot>();
  const add = (level: number, node: PictureNode | undefined): Slot => {
    const lines = node === undefined ? 0 : secondLine(node) === "" ? 1 : 2;
    const height = node === undefined ? 4 : lines * LINE + PADDING;
    const slot = { node, height, before: [], after: [], rank: columns[level]!.length, y: 0 };
    columns[level]!.push(slot);
    return slot;
  };
  for (const node of picture.nodes) slots.set(node.id, add(levels.get(node.id)!, node));
  const routes = edgesOf(picture).map((edge): Route => {
    const route = [slots.get(edge.from)!];
    for (let level = levels.get(edge.from)! + 1; level < levels.get(edge.to)!; level++) {
      route.push(add(level, undefined));
    }
    route.push(slots.get(edge.to)!);
    for (let i = 1; i < route.length; i++) {
      route[i - 1]!.after.push(route[i]!);
      route[i]!.before.push(route[i - 1]!);
    }
    return { edge, slots: route };
  });
  return { columns, routes };
}

/** Puts each slot near the middle of those it is tied to, first from the left, then from the right. */
function reduceCrossings(columns: readonly Slot[][]): void {
  for (let sweep = 0; sweep < 8; sweep++) {
    const forward = sweep % 2 === 0;
    for (const column of forward ? columns : columns.toReversed()) {
      const middle = new Map(column.map((slot) => {
        const tied = forward ? slot.before : slot.after;
        const sum = tied.reduce((total, { rank }) => total + rank, 0);
        return [slot, tied.length === 0 ? slot.rank : sum / tied.length];
      }));
      column.sort((a, b) => middle.get(a)! - middle.get(b)!);
      column.forEach((slot, rank) => slot.rank = rank);
    }
  }
}

/** Stacks each column and centres it; returns the height of the whole. */
function placeRows(columns: readonly Slot[][]): number {
  const heights = columns.map((column) =>
    column.reduce((sum, { height }) => sum + height + ROW, -ROW)
  );
  const tallest = Math.max(0, ...heights);
  columns.forEach((column, i) => {
    let y = MARGIN + (tallest - heights[i]!) / 2;
    for (const slot of column) {
      slot.y = y;
      y += slot.height + ROW;
    }
  });
  return tallest + 2 * MARGIN;
}
