-- Units, wards, people, candidates and reports, each with a history that only grows.
-- Plain tables: a report must have one id over all time, which a hypertable cannot promise.

CREATE EXTENSION IF NOT EXISTS btree_gist;  -- for the exclusion constraint of ward

CREATE TABLE unit (
    unit_id text PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL  -- of the people in it
);

-- What was imported when. Its last number tells whoever keeps the boundaries in memory that they are old.
CREATE TABLE ward_import (
    import_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_name text NOT NULL,
    n_wards integer NOT NULL,
    imported_at timestamptz NOT NULL
);

CREATE TABLE ward (
    ward_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,  -- of the statistics office; a merged ward may carry on a former one's code
    name text NOT NULL,
    type text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,  -- exclusive; null while in force
    near_m double precision NOT NULL,  -- closer than this to an edge, a person confirms the ward
    geometry jsonb NOT NULL,  -- GeoJSON, WGS 84
    unit_id text NOT NULL REFERENCES unit,
    CHECK (valid_to > valid_from),
    UNIQUE (code, valid_from),
    EXCLUDE USING gist (code WITH =, daterange(valid_from, valid_to) WITH &&)
);

CREATE TABLE account (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text NOT NULL,
    full_name text NOT NULL,
    role text NOT NULL,
    unit_id text NOT NULL REFERENCES unit,
    password_hash text NOT NULL,  -- argon2id
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX account_username ON account (lower(username));

-- By the name that was typed, whether anybody has it or not: else the answers would tell which names there are.
CREATE TABLE sign_in_attempt (
    username text PRIMARY KEY,  -- in lower case
    n_attempts integer NOT NULL,  -- since the last good one
    last_at timestamptz NOT NULL,
    closed_until timestamptz  -- no sign-in before then
);

CREATE TABLE session (
    token_sha256 bytea PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES account,
    csrf_token text NOT NULL,
    signed_in_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_expires_at ON session (expires_at);

CREATE TABLE candidate (
    candidate_id uuid PRIMARY KEY,  -- made by the detector: a redelivery meets it here
    event jsonb NOT NULL,  -- as it came over the bus
    family text NOT NULL,
    score double precision NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    queued_at timestamptz NOT NULL,
    holder_id bigint REFERENCES account,
    lease_until timestamptz,
    ward_id bigint REFERENCES ward,
    near_boundary boolean NOT NULL,
    category_key text NOT NULL,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 3),
    decided_by_id bigint REFERENCES account,
    decided_at timestamptz,
    dismiss_reason text,
    CHECK ((state = 'verifying') = (holder_id IS NOT NULL AND lease_until IS NOT NULL)),
    CHECK ((decided_by_id IS NULL) = (decided_at IS NULL))
);
CREATE INDEX candidate_queue ON candidate (severity DESC, queued_at, score DESC)
    WHERE state IN ('new', 'stale', 'verifying');
CREATE INDEX candidate_queued_at ON candidate (queued_at);
CREATE INDEX candidate_decided_at ON candidate (decided_at) WHERE decided_at IS NOT NULL;

CREATE TABLE candidate_move (
    move_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    candidate_id uuid NOT NULL REFERENCES candidate,
    version integer NOT NULL,  -- the version that this move led to
    at timestamptz NOT NULL,
    by_id bigint REFERENCES account,  -- null: a timer or the detector
    by_name text,  -- as it was then
    action text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    note text
);
CREATE INDEX candidate_move_candidate ON candidate_move (candidate_id, move_id);

-- The last number given out on a day of the city. The row's lock makes it free of races, and of gaps.
CREATE TABLE report_number (
    day date PRIMARY KEY,
    last integer NOT NULL
);

CREATE TABLE report (
    report_id uuid PRIMARY KEY,
    day date NOT NULL,
    number integer NOT NULL,
    source text NOT NULL CHECK (source IN ('camera', 'citizen_app', 'phone', 'officer')),
    candidate_id uuid REFERENCES candidate,
    category_key text NOT NULL,
    family text,
    kind text,
    state text NOT NULL,
    version integer NOT NULL,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 3),
    ward_id bigint REFERENCES ward,
    near_boundary boolean NOT NULL,
    lead_unit_id text REFERENCES unit,  -- null until somebody has assigned it
    coordinating_unit_ids text[] NOT NULL,
    lon_deg double precision NOT NULL,
    lat_deg double precision NOT NULL,
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by_id bigint REFERENCES account,  -- null: a citizen
    assigned_at timestamptz,
    opened_at timestamptz,
    opened_by_id bigint REFERENCES account,
    submitted_at timestamptz,
    result_text text,
    -- The rule as it was when the clock started: a later policy does not change a promise.
    policy text,
    clause text,
    limit_n double precision,
    limit_unit text,
    to_confirm text[],
    started_at timestamptz,
    due_at timestamptz,
    UNIQUE (day, number),
    CHECK ((source = 'camera') = (candidate_id IS NOT NULL)),
    CHECK (num_nulls(lead_unit_id, assigned_at, policy, clause, limit_n, limit_unit, to_confirm, started_at,
        due_at) IN (0, 9)),
    CHECK (lead_unit_id IS NOT NULL
        OR state IN ('received', 'need_info', 'direction', 'merged', 'rejected', 'cancelled', 'archived'))
);
CREATE UNIQUE INDEX report_candidate ON report (candidate_id) WHERE state <> 'cancelled';
CREATE INDEX report_tasks ON report (lead_unit_id, state, due_at);

CREATE TABLE report_move (
    move_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES report,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    by_id bigint REFERENCES account,
    by_name text,
    action text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    note text
);
CREATE INDEX report_move_report ON report_move (report_id, move_id);

CREATE TABLE report_photo (
    photo_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES report,
    version integer NOT NULL,  -- of the report when it came
    path text NOT NULL,
    sha256 text NOT NULL,
    n_bytes integer NOT NULL,
    width_px integer NOT NULL,
    height_px integer NOT NULL
);
CREATE INDEX report_photo_report ON report_photo (report_id, photo_id);
CREATE INDEX report_photo_path ON report_photo (path);  -- whose it is, before it is shown

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history cannot be edited or deleted: % of %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER candidate_move_stays BEFORE UPDATE OR DELETE ON candidate_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER candidate_move_is_kept BEFORE TRUNCATE ON candidate_move
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_move_stays BEFORE UPDATE OR DELETE ON report_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_move_is_kept BEFORE TRUNCATE ON report_move
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_photo_stays BEFORE UPDATE OR DELETE ON report_photo
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_photo_is_kept BEFORE TRUNCATE ON report_photo
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whoever listens hears of every move at its commit, whichever process made it.
CREATE FUNCTION tell_candidate_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('mastwatch_changes', json_build_object(
        'what', 'candidate', 'id', NEW.candidate_id, 'action', NEW.action)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER candidate_move_is_told AFTER INSERT ON candidate_move
    FOR EACH ROW EXECUTE FUNCTION tell_candidate_move();

CREATE FUNCTION tell_report_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('mastwatch_changes', json_build_object(
        'what', 'report', 'id', NEW.report_id, 'action', NEW.action,
        'unit_id', (SELECT lead_unit_id FROM report WHERE report_id = NEW.report_id))::text);
    RETURN NULL;
END $$;
CREATE TRIGGER report_move_is_told AFTER INSERT ON report_move
    FOR EACH ROW EXECUTE FUNCTION tell_report_move();
