/**
 * The schema, as steps that are only ever added to; a database knows how many it has taken. Written for SQLite, and
 * translated for PostgreSQL (postgres-schema.ts).
 *
 * A lane's `phase` says which of its columns matter: `ready` (rank, served), `later` (run_at), `claimed` (token,
 * leased_until), `parked` (gate), `idle`. Each phase but the last has its index, so that a claim visits only what it can take.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,      -- timer, owed, handled, ignored, dead
    place INTEGER NOT NULL,   -- order of arrival; a timer arrives when it is due
    due INTEGER NOT NULL,     -- a timer's date, or the next try's
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,     -- claims in a row that nobody ended
    reason TEXT,
    received_at INTEGER NOT NULL,
    settled_at INTEGER,
    blank INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX events_head ON events (lane, state, place);
  CREATE INDEX events_due ON events (state, due);
  CREATE INDEX events_settled ON events (state, blank, settled_at);

  CREATE TABLE event_lanes (
    lane TEXT PRIMARY KEY,
    phase TEXT NOT NULL DEFAULT 'idle',
    head INTEGER,
    served INTEGER NOT NULL DEFAULT 0,
    run_at INTEGER,
    leased_until INTEGER,
    token TEXT
  ) STRICT;
  CREATE INDEX event_lanes_ready ON event_lanes (phase, served);
  CREATE INDEX event_lanes_later ON event_lanes (phase, run_at);
  CREATE INDEX event_lanes_claimed ON event_lanes (phase, leased_until);

  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    mode TEXT NOT NULL,
    position TEXT NOT NULL,
    turn INTEGER NOT NULL,            -- order among equal positions
    effect TEXT NOT NULL,
    gates TEXT NOT NULL,
    after_lane TEXT,                  -- a lane of events that go before it
    state TEXT NOT NULL,
    reason TEXT,
    receipt TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,     -- claims that nobody ended, since something last came of one
    tried INTEGER NOT NULL DEFAULT 0,       -- an attempt was opened at least once
    attempting INTEGER NOT NULL DEFAULT 0,  -- an attempt of ours is open
    baseline TEXT,                          -- not null: to be looked up first (an open attempt, or suspect)
    deadline INTEGER,
    lookups INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL,
    late INTEGER NOT NULL DEFAULT 0,
    tell TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0,
    remind_after TEXT NOT NULL,
    remind_at INTEGER,
    closed_before INTEGER NOT NULL,         -- how long its first gate had been closed in total
    keep TEXT NOT NULL,                     -- how long its key is kept: lane, days, or (of newest lanes) text
    created_at INTEGER NOT NULL,
    settled_at INTEGER,
    blank INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX deliveries_head ON deliveries (lane, state, attempting DESC, position, turn);
  CREATE INDEX deliveries_turn ON deliveries (turn);
  CREATE INDEX deliveries_settled ON deliveries (state, blank, settled_at);
  CREATE INDEX deliveries_passing ON deliveries (keep, state, settled_at);
  CREATE INDEX deliveries_created ON deliveries (state, created_at);
  CREATE INDEX deliveries_reminded ON deliveries (remind_at) WHERE remind_at IS NOT NULL;
  CREATE INDEX deliveries_late ON deliveries (late) WHERE late = 1;

  CREATE TABLE delivery_lanes (
    lane TEXT PRIMARY KEY,
    rank INTEGER NOT NULL,            -- 0 fifo, 1 newest
    phase TEXT NOT NULL DEFAULT 'idle',
    head INTEGER,
    served INTEGER NOT NULL DEFAULT 0,
    run_at INTEGER,
    leased_until INTEGER,
    token TEXT,
    gate TEXT,
    top TEXT NOT NULL DEFAULT '',     -- highest position ever put
    done TEXT NOT NULL DEFAULT '',    -- highest position that was, or may have been, done
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX delivery_lanes_ready ON delivery_lanes (phase, rank, served);
  CREATE INDEX delivery_lanes_later ON delivery_lanes (phase, run_at);
  CREATE INDEX delivery_lanes_claimed ON delivery_lanes (phase, leased_until);
  CREATE INDEX delivery_lanes_parked ON delivery_lanes (gate, rank, served) WHERE gate IS NOT NULL;
  CREATE INDEX delivery_lanes_ended ON delivery_lanes (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE gates (
    key TEXT PRIMARY KEY,
    closed_until INTEGER,             -- null: open; past: half open, one passage at a time
    reason TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    probe TEXT,                       -- the lane that holds the one passage
    tat INTEGER NOT NULL DEFAULT 0,   -- theoretical arrival time of the pace (GCRA)
    closed_since INTEGER,
    closed_ms INTEGER NOT NULL DEFAULT 0,
    wake_at INTEGER                   -- when lanes parked here can be tried; null: none, or not by time alone
  ) STRICT;
  CREATE INDEX gates_wake ON gates (wake_at) WHERE wake_at IS NOT NULL;

  CREATE TABLE mutexes (name TEXT PRIMARY KEY) STRICT;
  INSERT INTO mutexes (name) VALUES ('gates');

  CREATE TABLE records (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,              -- Keyv's envelope: {"value":…,"expires":…}
    expires INTEGER,
    PRIMARY KEY (namespace, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX records_expires ON records (expires) WHERE expires IS NOT NULL;

  CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    answer TEXT,
    taken_until INTEGER NOT NULL DEFAULT 0,
    left_at INTEGER NOT NULL,
    answered_at INTEGER
  ) STRICT;
  CREATE INDEX orders_open ON orders (id) WHERE answered_at IS NULL;
  CREATE INDEX orders_answered ON orders (answered_at) WHERE answered_at IS NOT NULL;

  CREATE TABLE leads (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    leased_until INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  `,
  `
  CREATE INDEX delivery_lanes_newest ON delivery_lanes (gate, rank, head) WHERE gate IS NOT NULL;
  `,
  // When it became owed, or held; null: when it was created.
  `
  ALTER TABLE deliveries ADD COLUMN waiting_since INTEGER;
  `,
  // Of the crashes, those in which nothing else was in work; and whether the claim there is, is worked on like that.
  `
  ALTER TABLE deliveries ADD COLUMN crashes_alone INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE delivery_lanes ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN crashes_alone INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE event_lanes ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
  `,
  // What is owed to a side, whose name its gates begin with, without a look at what is done.
  `
  CREATE INDEX deliveries_owed ON deliveries (state, gates, created_at) WHERE state = 'owed';
  `,
  // Which deliveries an event goes before; and only events that wait stand in the index of heads.
  `
  ALTER TABLE events ADD COLUMN position TEXT NOT NULL DEFAULT '';
  CREATE INDEX events_ahead ON events (lane, position) WHERE state = 'owed';
  DROP INDEX events_head;
  CREATE INDEX events_head ON events (lane, place) WHERE state = 'owed';
  `,
  // What is at rest stands in no index of what waits: those stay small, and a change of state touches few of them.
  `
  DROP INDEX delivery_lanes_ready;
  DROP INDEX delivery_lanes_later;
  DROP INDEX delivery_lanes_claimed;
  CREATE INDEX delivery_lanes_ready ON delivery_lanes (phase, rank, served) WHERE phase = 'ready';
  CREATE INDEX delivery_lanes_later ON delivery_lanes (run_at) WHERE phase = 'later';
  CREATE INDEX delivery_lanes_claimed ON delivery_lanes (leased_until) WHERE phase = 'claimed';

  DROP INDEX event_lanes_ready;
  DROP INDEX event_lanes_later;
  DROP INDEX event_lanes_claimed;
  CREATE INDEX event_lanes_ready ON event_lanes (phase, served) WHERE phase = 'ready';
  CREATE INDEX event_lanes_later ON event_lanes (run_at) WHERE phase = 'later';
  CREATE INDEX event_lanes_claimed ON event_lanes (leased_until) WHERE phase = 'claimed';

  DROP INDEX deliveries_head;
  DROP INDEX deliveries_turn;
  DROP INDEX deliveries_settled;
  DROP INDEX deliveries_passing;
  CREATE INDEX deliveries_lane ON deliveries (lane, seq);
  CREATE INDEX deliveries_head ON deliveries (lane, attempting DESC, position, turn) WHERE state = 'owed';
  CREATE INDEX deliveries_aside ON deliveries (lane, state, seq)
    WHERE state = 'held' OR state = 'dead' OR state = 'unknown';
  CREATE INDEX deliveries_settled ON deliveries (state, blank, settled_at) WHERE settled_at IS NOT NULL;
  CREATE INDEX deliveries_passing ON deliveries (keep, state, settled_at) WHERE settled_at IS NOT NULL;

  DROP INDEX events_due;
  DROP INDEX events_settled;
  CREATE INDEX events_due ON events (due) WHERE state = 'timer';
  CREATE INDEX events_settled ON events (state, blank, settled_at) WHERE settled_at IS NOT NULL;
  `,
];
