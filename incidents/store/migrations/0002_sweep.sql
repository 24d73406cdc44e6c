-- What the sweeper asks every two seconds, whatever else waits or was decided long ago.
CREATE INDEX candidate_lease ON candidate (lease_until) WHERE state = 'verifying';
CREATE INDEX candidate_unseen ON candidate (queued_at) WHERE state = 'new';
