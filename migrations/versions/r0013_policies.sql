-- What the role of a page with users may see and change. Policies bind no owner of a table, and do nothing until
-- `python -m app users add` turns row-level security on. The rights of that role follow from them: a table without a
-- policy is closed to it.
CREATE POLICY reads ON alembic_version FOR SELECT USING (true);
CREATE POLICY reads ON corpus FOR SELECT USING (true);
CREATE POLICY reads ON text_configs FOR SELECT USING (true);
CREATE POLICY reads ON lexeme_frequencies FOR SELECT USING (true);
CREATE POLICY reads ON setting_overrides FOR SELECT USING (true);
CREATE POLICY admins ON setting_overrides USING ((SELECT acts_as_admin())) WITH CHECK ((SELECT acts_as_admin()));

CREATE POLICY reads ON collections FOR SELECT USING (id IN (SELECT collections_seen()));
CREATE POLICY admins ON collections FOR INSERT WITH CHECK ((SELECT acts_as_admin()));

CREATE POLICY reads ON documents FOR SELECT USING (
    (collection_id IN (SELECT collections_at(1)) AND id NOT IN (SELECT documents_below(1)))
    OR id IN (SELECT documents_at(1))
);
CREATE POLICY updates ON documents FOR UPDATE USING (
    (collection_id IN (SELECT collections_at(2)) AND id NOT IN (SELECT documents_below(2)))
    OR id IN (SELECT documents_at(2))
);
CREATE POLICY deletes ON documents FOR DELETE USING (
    (collection_id IN (SELECT collections_at(2)) AND id NOT IN (SELECT documents_below(2)))
    OR id IN (SELECT documents_at(2))
);

CREATE POLICY reads ON chunks FOR SELECT USING (
    (collection_id IN (SELECT collections_at(1)) AND document_id NOT IN (SELECT documents_below(1)))
    OR document_id IN (SELECT documents_at(1))
);
CREATE POLICY updates ON chunks FOR UPDATE USING (
    (collection_id IN (SELECT collections_at(2)) AND document_id NOT IN (SELECT documents_below(2)))
    OR document_id IN (SELECT documents_at(2))
);

-- A waiting file is seen by those who may change its collection, and by who sent it.
CREATE POLICY reads ON uploads FOR SELECT USING (
    collection_id IN (SELECT collections_at(2)) OR owner = (SELECT acting_name())
);
CREATE POLICY inserts ON uploads FOR INSERT WITH CHECK (
    collection_id IN (SELECT collections_at(2)) AND owner = (SELECT acting_name())
);
CREATE POLICY updates ON uploads FOR UPDATE USING (collection_id IN (SELECT collections_at(2)));
CREATE POLICY deletes ON uploads FOR DELETE USING (collection_id IN (SELECT collections_at(2)));

-- Chats are their owner's, admins or not. What belongs to nobody is from before there were users: admins see it.
CREATE POLICY own ON chats USING (owner = (SELECT acting_name()) OR (owner = '' AND (SELECT acts_as_admin())))
    WITH CHECK (owner = (SELECT acting_name()));
CREATE POLICY own ON answers USING (owner = (SELECT acting_name()) OR (owner = '' AND (SELECT acts_as_admin())));
CREATE POLICY own ON candidates USING (EXISTS (SELECT FROM answers WHERE answers.id = candidates.answer_id));
CREATE POLICY own ON golden_questions USING (owner = (SELECT acting_name()) OR (SELECT acts_as_admin()));
CREATE POLICY own ON golden_expected
    USING (EXISTS (SELECT FROM golden_questions WHERE golden_questions.id = golden_expected.question_id));

-- Measurements hold questions and passages of everybody.
CREATE POLICY admins ON evaluations USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON pair_scores USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON stage_timings USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON sweeps USING ((SELECT acts_as_admin()));

CREATE POLICY admins ON users USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON groups USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON memberships USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON rights USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON api_keys USING ((SELECT acts_as_admin()));
CREATE POLICY admins ON audit FOR SELECT USING ((SELECT acts_as_admin()));  -- rows come from note_action() alone

-- Of the queue: the jobs of uploads that one sees. Paths of files are for admins.
CREATE POLICY reads ON procrastinate_workers FOR SELECT USING (true);
CREATE POLICY reads ON procrastinate_jobs FOR SELECT USING (
    (SELECT acts_as_admin()) OR EXISTS (SELECT FROM uploads WHERE uploads.id = CAST(args ->> 'upload_id' AS bigint))
);
CREATE POLICY reads ON procrastinate_events FOR SELECT
    USING (EXISTS (SELECT FROM procrastinate_jobs WHERE procrastinate_jobs.id = procrastinate_events.job_id));

-- The audit follows from what is written, so that no door can forget it. Without a user of the transaction none is made.
CREATE TRIGGER audit_answers AFTER INSERT ON answers FOR EACH ROW
    WHEN (current_setting('foremost.acting', true) <> '') EXECUTE FUNCTION audit_row('asked');
CREATE TRIGGER audit_uploads AFTER INSERT ON uploads FOR EACH ROW
    WHEN (current_setting('foremost.acting', true) <> '') EXECUTE FUNCTION audit_row('uploaded');
CREATE TRIGGER audit_documents AFTER DELETE ON documents FOR EACH ROW
    WHEN (current_setting('foremost.acting', true) <> '') EXECUTE FUNCTION audit_row('deleted');
CREATE TRIGGER audit_changed_documents AFTER UPDATE OF collection_id, tags ON documents FOR EACH ROW
    WHEN (current_setting('foremost.acting', true) <> '') EXECUTE FUNCTION audit_row('changed');
CREATE TRIGGER audit_chats AFTER DELETE ON chats FOR EACH ROW
    WHEN (current_setting('foremost.acting', true) <> '') EXECUTE FUNCTION audit_row('deleted');
CREATE TRIGGER audit_setting_overrides AFTER INSERT OR UPDATE OR DELETE ON setting_overrides FOR EACH ROW
    WHEN (current_setting('foremost.acting', true) <> '') EXECUTE FUNCTION audit_row('changed settings');
-- Rights, users and keys are recorded whoever changes them, the command line included.
CREATE TRIGGER audit_rights AFTER INSERT OR UPDATE OR DELETE ON rights FOR EACH ROW
    EXECUTE FUNCTION audit_row('changed rights');
CREATE TRIGGER audit_memberships AFTER INSERT OR DELETE ON memberships FOR EACH ROW
    EXECUTE FUNCTION audit_row('changed members');
CREATE TRIGGER audit_users AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW
    EXECUTE FUNCTION audit_row('changed users');
CREATE TRIGGER audit_api_keys AFTER INSERT OR DELETE ON api_keys FOR EACH ROW
    EXECUTE FUNCTION audit_row('changed keys');

-- Rows are never changed, and go only when their time is over (`python -m app audit --keep DAYS`, by the owner).
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_as_a_whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An exception for a document goes with it into another collection.
CREATE TRIGGER keep_exceptions AFTER UPDATE OF collection_id ON documents FOR EACH ROW
    WHEN (OLD.collection_id <> NEW.collection_id) EXECUTE FUNCTION move_exceptions();
