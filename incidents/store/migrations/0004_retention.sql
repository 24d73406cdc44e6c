-- Evidence that retention has removed: the case stays, and says since when its pictures are gone.
ALTER TABLE candidate ADD COLUMN evidence_removed_at timestamptz;
CREATE INDEX candidate_retention ON candidate (decided_at)
    WHERE state = 'dismissed' AND evidence_removed_at IS NULL;
