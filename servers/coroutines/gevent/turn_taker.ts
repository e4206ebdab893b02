import { beginTurn, park, Parkable, type Parking, type Wait, type WaitingHub } from "./park.ts";

/** What gives a greenlet its turn. */
export interface TurnHub extends WaitingHub {
  /** `greenlet` can go on. */
  schedule(greenlet: TurnTaker): void;
}

/** A greenlet that goes on when the hub gives it its turn: what arrives for it until then, and in which order. */
export abstract class TurnTaker extends Parkable {
  abstract override readonly hub: TurnHub;

  #arriving: unknown = undefined;
  #isThrown = false;
  /** Whether the hub will run it. Nothing else that arrives until then may replace what has. */
  #isReady = false;
  /** Errors that came while it was ready or ran. They are thrown one by one where it waits next. */
  #pending: unknown[] | undefined = undefined;

  /** Where a greenlet waits that is ready. Once it has left, the hub's turn for it is void. */
  static readonly #NEXT_TURN: Parking = {
    forget: (greenlet) => {
      if (greenlet instanceof TurnTaker) greenlet.leaveTurn();
    },
  };

  /** For the hub, when it is its turn: runs until it waits or ends. */
  abstract run(): void;

  override resume(value?: unknown): void {
    this.parkedIn = undefined;
    this.#arriving = value;
    this.becomeReady();
  }

  /** Lets all others go on first. To be waited with `yield*`. */
  yieldTurn(): Wait {
    this.becomeReady();
    return park(TurnTaker.#NEXT_TURN);
  }

  override withdraw(error: unknown): void {
    if (this.#pending === undefined) return;
    this.#pending = this.#pending.filter((one) => one !== error);
  }

  protected becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.hub.schedule(this);
  }

  /** The turn that the hub has for it is void. */
  protected leaveTurn(): void {
    this.#isReady = false;
  }

  /** @returns false when it has left its turn, and gone on already */
  protected beginTurn(): boolean {
    if (!this.#isReady) return false;
    this.#isReady = false;
    this.parkedIn = undefined;
    beginTurn();
    return true;
  }

  /** Throws `error` where it waits, or where it waits next if something else has arrived. It has begun. */
  protected throwWhereItWaits(error: unknown): void {
    if (this.#isReady || this.parkedIn === undefined) {
      (this.#pending ??= []).push(error);
      return;
    }
    this.leaveParking();
    this.resume(error);
    this.#isThrown = true;
  }

  /** @returns what it returned, if it is dead now */
  protected switchUntilItWaits(): unknown {
    let value;
    do {
      value = this.#switch();
    } while (!this.dead && this.#isThrownPending());
    return value;
  }

  #switch(): unknown {
    const arriving = this.#arriving;
    this.#arriving = undefined;
    if (!this.#isThrown) return this.switch(arriving);
    this.#isThrown = false;
    return super.throw(arriving);
  }

  /** @returns whether the next step throws something that came while it could not be thrown */
  #isThrownPending(): boolean {
    if (this.#pending === undefined || this.#pending.length === 0) return false;
    this.leaveParking();
    this.#arriving = this.#pending.shift();
    this.#isThrown = true;
    return true;
  }
}
