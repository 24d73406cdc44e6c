-- Rows instead of columns for what a report has more than once in its life: units, clocks, candidates.
-- Each transition says as JSON what was given and what it changed, so that any instant can be recomputed.

-- Transitions, in the words of the lifecycle.

ALTER TABLE candidate_move RENAME TO candidate_transition;
ALTER TABLE candidate_transition RENAME COLUMN move_id TO transition_id;
ALTER INDEX candidate_move_candidate RENAME TO candidate_transition_candidate;
ALTER TRIGGER candidate_move_stays ON candidate_transition RENAME TO candidate_transition_stays;
ALTER TRIGGER candidate_move_is_kept ON candidate_transition RENAME TO candidate_transition_is_kept;
ALTER TABLE report_move RENAME TO report_transition;
ALTER TABLE report_transition RENAME COLUMN move_id TO transition_id;
ALTER INDEX report_move_report RENAME TO report_transition_report;
ALTER TRIGGER report_move_stays ON report_transition RENAME TO report_transition_stays;
ALTER TRIGGER report_move_is_kept ON report_transition RENAME TO report_transition_is_kept;

ALTER TABLE candidate_transition ADD COLUMN payload jsonb NOT NULL DEFAULT '{}';
ALTER TABLE report_transition ADD COLUMN payload jsonb NOT NULL DEFAULT '{}';

-- The same words, as values. A sentence of before stays a sentence.
ALTER TABLE candidate_transition DISABLE TRIGGER candidate_transition_stays;
UPDATE candidate_transition
SET payload = jsonb_build_object(CASE WHEN action = 'dismiss' THEN 'reason_code' ELSE 'note' END, note)
WHERE note IS NOT NULL;
ALTER TABLE candidate_transition ENABLE TRIGGER candidate_transition_stays;
ALTER TABLE report_transition DISABLE TRIGGER report_transition_stays;
UPDATE report_transition t
SET payload = jsonb_build_object('unit',
    jsonb_build_object('unit_id', unit.unit_id, 'name', t.note, 'role', unit.role))
FROM report JOIN unit ON unit.unit_id = report.lead_unit_id
WHERE t.report_id = report.report_id AND t.action = 'triage' AND t.note IS NOT NULL;
UPDATE report_transition
SET payload = jsonb_build_object(CASE WHEN action = 'withdraw' THEN 'reason_code' ELSE 'note' END, note)
WHERE note IS NOT NULL AND action <> 'triage';
ALTER TABLE report_transition ENABLE TRIGGER report_transition_stays;

ALTER TABLE candidate_transition DROP COLUMN note;
ALTER TABLE report_transition DROP COLUMN note;
ALTER TABLE candidate_transition ALTER COLUMN payload DROP DEFAULT;
ALTER TABLE report_transition ALTER COLUMN payload DROP DEFAULT;

-- One unit's time with a report.
CREATE TABLE report_assignment (
    report_id uuid NOT NULL REFERENCES report,
    number integer NOT NULL,  -- within the report, in order
    unit_id text NOT NULL REFERENCES unit,
    role text NOT NULL CHECK (role IN ('lead', 'coordinating')),
    how text NOT NULL,
    assigned_at timestamptz NOT NULL,
    assigned_by_id bigint REFERENCES account,  -- null: a timer
    opened_at timestamptz,  -- by somebody of the unit: the delivery
    opened_by_id bigint REFERENCES account,
    ended_at timestamptz,
    ended text,
    PRIMARY KEY (report_id, number),
    CHECK ((ended_at IS NULL) = (ended IS NULL)),
    CHECK (ended_at >= assigned_at),
    CHECK ((opened_at IS NULL) = (opened_by_id IS NULL))
);

INSERT INTO report_assignment (report_id, number, unit_id, role, how, assigned_at, assigned_by_id, opened_at,
    opened_by_id, ended_at, ended)
SELECT r.report_id, given.number, given.unit_id, CASE given.number WHEN 1 THEN 'lead' ELSE 'coordinating' END,
    'triage', r.assigned_at, r.created_by_id,
    CASE given.number WHEN 1 THEN r.opened_at END, CASE given.number WHEN 1 THEN r.opened_by_id END,
    withdrawn.at, CASE WHEN withdrawn.at IS NOT NULL THEN 'withdrawn' END
FROM report r
CROSS JOIN unnest(ARRAY[r.lead_unit_id] || r.coordinating_unit_ids) WITH ORDINALITY AS given (unit_id, number)
LEFT JOIN report_transition withdrawn ON withdrawn.report_id = r.report_id AND withdrawn.action = 'withdraw'
WHERE r.lead_unit_id IS NOT NULL;

CREATE UNIQUE INDEX report_assignment_lead ON report_assignment (report_id)
    WHERE role = 'lead' AND ended_at IS NULL;
CREATE INDEX report_assignment_unit ON report_assignment (unit_id, report_id) WHERE ended_at IS NULL;

-- A promise: its rule as it was, and the due that was said. Null from `policy` on: measured, without a limit.
CREATE TABLE report_clock (
    report_id uuid NOT NULL REFERENCES report,
    number integer NOT NULL,  -- within the report, in order
    kind text NOT NULL CHECK (kind IN ('intake', 'unit', 'interaction', 'end_to_end', 'recheck')),
    unit_id text REFERENCES unit,
    started_at timestamptz NOT NULL,
    pauses jsonb NOT NULL,  -- [{start_at, end_at}]
    stopped_at timestamptz,
    verdict text CHECK (verdict IN ('on_time', 'late', 'no_limit', 'void')),  -- null until it is judged
    left_s double precision,  -- of the limit, when it was judged; negative when it was late
    policy text,
    clause text,
    limit_n double precision,
    limit_unit text,
    to_confirm text[],
    due_at timestamptz,
    counted jsonb NOT NULL,  -- what counts up to the due, likewise; empty where it was not noted
    calendar_version text,  -- null where it was not noted
    calendar_confirmed boolean NOT NULL,
    PRIMARY KEY (report_id, number),
    CHECK (verdict IS NULL OR stopped_at IS NOT NULL),
    CHECK (coalesce(verdict IN ('on_time', 'late'), false) = (left_s IS NOT NULL)),
    CHECK (num_nulls(policy, clause, limit_n, limit_unit, to_confirm, due_at) IN (0, 6))
);

INSERT INTO report_clock (report_id, number, kind, unit_id, started_at, pauses, stopped_at, verdict, policy,
    clause, limit_n, limit_unit, to_confirm, due_at, counted, calendar_version, calendar_confirmed)
SELECT r.report_id, made.number, made.kind,
    CASE made.kind WHEN 'unit' THEN r.lead_unit_id END,
    CASE made.kind WHEN 'unit' THEN r.started_at ELSE r.created_at END,
    '[]',
    CASE made.kind WHEN 'intake' THEN r.assigned_at WHEN 'unit' THEN coalesce(withdrawn.at, r.submitted_at)
        ELSE withdrawn.at END,
    CASE WHEN made.kind = 'intake' AND r.assigned_at IS NOT NULL THEN 'no_limit'
        WHEN withdrawn.at IS NOT NULL THEN 'void' END,
    CASE made.kind WHEN 'unit' THEN r.policy END,
    CASE made.kind WHEN 'unit' THEN r.clause END,
    CASE made.kind WHEN 'unit' THEN r.limit_n END,
    CASE made.kind WHEN 'unit' THEN r.limit_unit END,
    CASE made.kind WHEN 'unit' THEN r.to_confirm END,
    CASE made.kind WHEN 'unit' THEN r.due_at END,
    '[]', NULL, made.kind <> 'unit'
FROM report r
CROSS JOIN (VALUES (1, 'intake'), (2, 'end_to_end'), (3, 'unit')) AS made (number, kind)
LEFT JOIN report_transition withdrawn ON withdrawn.report_id = r.report_id AND withdrawn.action = 'withdraw'
WHERE made.kind <> 'unit' OR r.lead_unit_id IS NOT NULL;

-- Open promises, by the calendar that they were computed by.
CREATE INDEX report_clock_open ON report_clock (calendar_version)
    WHERE verdict IS NULL AND policy IS NOT NULL;
-- What a unit has to do, what is due first.
CREATE INDEX report_clock_due ON report_clock (report_id, number DESC) INCLUDE (due_at) WHERE kind = 'unit';

-- Which candidates a report has. One at a time: a report that was taken back lets go of its candidate.
DROP INDEX report_candidate;
CREATE TABLE report_candidate (
    report_id uuid NOT NULL REFERENCES report,
    candidate_id uuid NOT NULL REFERENCES candidate,
    linked_at timestamptz NOT NULL,
    linked_by_id bigint REFERENCES account,
    unlinked_at timestamptz,
    unlinked_by_id bigint REFERENCES account,
    PRIMARY KEY (report_id, candidate_id, linked_at),
    CHECK (unlinked_at >= linked_at)
);

INSERT INTO report_candidate (report_id, candidate_id, linked_at, linked_by_id, unlinked_at, unlinked_by_id)
SELECT r.report_id, r.candidate_id, r.created_at, r.created_by_id, withdrawn.at, withdrawn.by_id
FROM report r
LEFT JOIN report_transition withdrawn ON withdrawn.report_id = r.report_id AND withdrawn.action = 'withdraw'
WHERE r.candidate_id IS NOT NULL;

CREATE UNIQUE INDEX report_candidate_live ON report_candidate (candidate_id) WHERE unlinked_at IS NULL;

-- What a report has once.
ALTER TABLE report
    ADD COLUMN since timestamptz,  -- of the state
    ADD COLUMN parent_id uuid REFERENCES report,  -- of which it was split
    ADD COLUMN round integer NOT NULL DEFAULT 1 CHECK (round > 0),
    ADD COLUMN submitted_by_id bigint REFERENCES account,
    ADD COLUMN expected_on date,
    ADD COLUMN public_text text,
    ADD COLUMN published_at timestamptz,
    ADD COLUMN verified boolean,
    ADD COLUMN merged_into uuid REFERENCES report,
    ADD COLUMN cancel_reason text,
    ADD COLUMN reconsidered boolean NOT NULL DEFAULT false;
UPDATE report r SET
    since = coalesce((SELECT max(at) FROM report_transition t
        WHERE t.report_id = r.report_id AND t.from_state IS DISTINCT FROM t.to_state), r.created_at),
    submitted_by_id = (SELECT by_id FROM report_transition t
        WHERE t.report_id = r.report_id AND t.action = 'submit' ORDER BY transition_id DESC LIMIT 1),
    cancel_reason = CASE WHEN r.state = 'cancelled' THEN 'withdrawn' END;
ALTER TABLE report
    ALTER COLUMN since SET NOT NULL,
    ALTER COLUMN round DROP DEFAULT,
    ALTER COLUMN reconsidered DROP DEFAULT,
    -- Together with the constraints and the index that name them.
    DROP COLUMN candidate_id,
    DROP COLUMN lead_unit_id,
    DROP COLUMN coordinating_unit_ids,
    DROP COLUMN assigned_at,
    DROP COLUMN opened_at,
    DROP COLUMN opened_by_id,
    DROP COLUMN policy,
    DROP COLUMN clause,
    DROP COLUMN limit_n,
    DROP COLUMN limit_unit,
    DROP COLUMN to_confirm,
    DROP COLUMN started_at,
    DROP COLUMN due_at;
CREATE INDEX report_parent ON report (parent_id) WHERE parent_id IS NOT NULL;

-- Whoever listens hears of every transition at its commit, whichever process made it.
ALTER FUNCTION tell_candidate_move() RENAME TO notify_candidate_transition;
ALTER TRIGGER candidate_move_is_told ON candidate_transition RENAME TO candidate_transition_notifies;
ALTER FUNCTION tell_report_move() RENAME TO notify_report_transition;
ALTER TRIGGER report_move_is_told ON report_transition RENAME TO report_transition_notifies;

-- With every unit that has the report or had it until this transition: pages of both change.
CREATE OR REPLACE FUNCTION notify_report_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('mastwatch_changes', json_build_object(
        'what', 'report', 'id', NEW.report_id, 'action', NEW.action,
        'unit_id', (SELECT unit_id FROM report_assignment
            WHERE report_id = NEW.report_id AND role = 'lead' AND ended_at IS NULL),
        'unit_ids', (SELECT coalesce(json_agg(DISTINCT unit_id), '[]') FROM report_assignment
            WHERE report_id = NEW.report_id AND (ended_at IS NULL OR ended_at = NEW.at)))::text);
    RETURN NULL;
END $$;
