/**
 * The file of a frozen plan: JSON that people may read and programs may look at, signed.
 *
 * @module
 */
import type { FieldChange, ObjectAction } from "../../action/diff/changes.ts";
import type { HookSelection } from "../../action/hook_plan.ts";
import { CapstanError, messageOf } from "../../errors.ts";
import type { Selection } from "../select.ts";
import { PlanSeal } from "./seal.ts";

/** Counts up when a reader of the last version could go wrong. */
export const PLAN_VERSION = 1;

/**
 * A plan that can be reviewed now and carried out later, by `plan` of `runStack`. Plain JSON. The
 * values of Secrets are masked in it; digests are made with a key that is not in it.
 */
export interface FrozenPlan {
  /** Tells it from other JSON. */
  readonly type: "capstan-plan";
  /** Version of this form. */
  readonly version: number;
  /** Name of the stack. */
  readonly stack: string;
  /** As in `--env NAME`, where one was given. */
  readonly environment?: string | undefined;
  /** When it was made, as RFC 3339 text. */
  readonly at: string;
  /** The part of the stack that it is of. */
  readonly select: Selection;
  /** What was set for the whole plan. */
  readonly options: {
    readonly hookParallelism?: number | undefined;
    readonly hookSelection?: HookSelection | undefined;
    readonly force?: boolean | undefined;
  };
  /** The clusters that it was compared with. */
  readonly clusters: readonly FrozenCluster[];
  /** Releases and hooks, each after what it needs. */
  readonly nodes: readonly FrozenNode[];
  /** Random; digests of two plans cannot be compared. */
  readonly salt: string;
  /** Names the key that digests and signature are made with. */
  readonly key: string;
  /** Of all the rest. */
  readonly signature: string;
}

/** A cluster that a plan was compared with. */
export interface FrozenCluster {
  /** Its kubeconfig context; absent for the default one. */
  readonly context?: string | undefined;
  /** Host and port. */
  readonly server: string;
  /** Of the namespace kube-system, which names a cluster whatever its address; absent where it may not be read. */
  readonly uid?: string | undefined;
}

/** A release or hook of a frozen plan. */
export interface FrozenNode {
  /** The node's id in the graph. */
  readonly id: string;
  /** What must finish first: ids, parts such as `db.ready`, and live objects. */
  readonly needs: readonly string[];
  /** What would happen to it. */
  readonly action: "install" | "upgrade" | "unchanged" | "run";
  /** Digests of what it is made of: options and function as the stack declares them, chart and values as found. */
  readonly parts: Readonly<Record<string, string>>;
  /** Of a release. */
  readonly release?: FrozenRelease | undefined;
}

/** A release of a frozen plan. */
export interface FrozenRelease {
  /** The release's name. */
  readonly name: string;
  /** The release's namespace. */
  readonly namespace: string;
  /** The revision there would be, or that stays. */
  readonly revision: number;
  /** The newest revision that was seen, as `4 deployed`; empty where there is none. */
  readonly last: string;
  /** `name-version`; empty for a release that stays as it is. */
  readonly chart: string;
  /** Objects in the order in which they are sent, then those that go. */
  readonly objects: readonly FrozenObject[];
  /** Hooks of every event, as they will be recorded. */
  readonly hooks: readonly FrozenHook[];
  /** Those that run, in their order, as `pre-upgrade 1 Job/migrate`: the number counts waves. */
  readonly order: readonly string[];
  /** Digests of the files of crds/. */
  readonly crds: Readonly<Record<string, string>>;
  /** What comes out otherwise each time it is rendered, as `Kind/name`; absent where nothing does. */
  readonly varies?: readonly string[] | undefined;
  /** Manifest, hooks and notes of a release that varies, which only the key opens. */
  readonly sealed?: string | undefined;
}

/** An object of a frozen plan. */
export interface FrozenObject {
  /** Group and version. */
  readonly apiVersion: string;
  /** Kind of the object. */
  readonly kind: string;
  /** Absent for a cluster-scoped object. */
  readonly namespace?: string | undefined;
  /** The object's name. */
  readonly name: string;
  /** What happens to it. */
  readonly action: ObjectAction | "none";
  /** The fields that change. */
  readonly fields: readonly FieldChange[];
  /** The live object that was seen; absent where there is none. */
  readonly live?: { readonly uid: string; readonly resourceVersion: string } | undefined;
  /** Of the object as the chart gives it; absent for one that goes. */
  readonly digest?: string | undefined;
  /** The object as the chart gives it, marked as the release's, with the values of a Secret masked. */
  readonly manifest?: unknown;
}

/** A hook of a frozen plan. */
export interface FrozenHook {
  /** Kind of its object. */
  readonly kind: string;
  /** The hook's name. */
  readonly name: string;
  /** The template it comes from. */
  readonly path: string;
  /** Of its manifest. */
  readonly digest: string;
  /** Its objects, with the values of Secrets masked. */
  readonly manifest: unknown;
}

/** The plan with its signature. */
export function signPlan(plan: Omit<FrozenPlan, "signature">, seal: PlanSeal): FrozenPlan {
  // As it will be read: what JSON leaves out takes no part in the signature.
  const plain = JSON.parse(JSON.stringify(plan));
  return { ...plain, signature: seal.sign(JSON.stringify(plain)) };
}

/**
 * What opens a plan.
 *
 * @throws {CapstanError} When it is of another version, was made with another key, or has been changed since.
 */
export function openPlan(plan: FrozenPlan, key: string): PlanSeal {
  const { type: _, version, salt, key: keyId, signature, ...rest } = plan;
  if (version !== PLAN_VERSION) {
    throw new CapstanError(
      `cannot read a plan of version ${version}: this Capstan knows ${PLAN_VERSION}`,
      { code: "plan/unreadable", hint: "plan and apply with the same Capstan" },
    );
  }
  const seal = new PlanSeal(key, salt);
  if (seal.keyId !== keyId) {
    throw new CapstanError("the plan was made with another key, so that it cannot be compared", {
      code: "plan/key",
      hint:
        "the key is CAPSTAN_PLAN_KEY, else the file plan.key in the state folder of the machine " +
        "that made the plan; for another machine set CAPSTAN_PLAN_KEY for both commands",
    });
  }
  // With the fields where they were: JSON keeps their order.
  const signed = Object.fromEntries(Object.entries(plan).filter(([name]) => name !== "signature"));
  if (rest.nodes === undefined || seal.sign(JSON.stringify(signed)) !== signature) {
    throw new CapstanError("the plan has been changed since it was written", {
      code: "plan/signature",
      hint: "make it anew, and do not edit it",
    });
  }
  return seal;
}

/**
 * A plan from its text.
 *
 * @throws {CapstanError} When the text is none.
 */
export function parsePlan(text: string, file: string): FrozenPlan {
  try {
    const plan: Partial<FrozenPlan> | null = JSON.parse(text);
    if (typeof plan !== "object" || plan === null) throw new TypeError("it is no JSON object");
    if (plan.type === "capstan-plan" && typeof plan.salt === "string") return plan as FrozenPlan;
    throw new TypeError("it is no plan: its type is not capstan-plan");
  } catch (error) {
    throw new CapstanError(`cannot read plan ${file}: ${messageOf(error)}`, {
      code: "plan/unreadable",
      hint: "make one: `capstan plan stack.ts -o plan.json`",
      cause: error,
    });
  }
}
