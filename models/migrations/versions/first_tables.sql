-- The tables as they were first; later changes are later steps.

CREATE TABLE clock (
  single BOOLEAN NOT NULL,
  shift_seconds BIGINT NOT NULL,
  locked BOOLEAN NOT NULL,
  CONSTRAINT pk_clock PRIMARY KEY (single),
  CONSTRAINT ck_clock_one_row CHECK (single),
  CONSTRAINT ck_clock_never_moved_in_production CHECK (NOT locked OR shift_seconds = 0)
);

CREATE TABLE house (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  last_number INTEGER NOT NULL,
  CONSTRAINT pk_house PRIMARY KEY (id),
  CONSTRAINT uq_house_slug UNIQUE (slug)
);

CREATE TABLE audit_unsealed (
  line_id UUID NOT NULL,
  CONSTRAINT pk_audit_unsealed PRIMARY KEY (line_id)
);

CREATE TABLE audit_seal (
  seq BIGINT NOT NULL,
  line_id UUID NOT NULL,
  previous_hash BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_audit_seal PRIMARY KEY (seq),
  CONSTRAINT uq_audit_seal_line_id UNIQUE (line_id)
);

CREATE TABLE erased_report (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  outcome VARCHAR(48) NOT NULL,
  reported_on DATE NOT NULL,
  erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
  municipality TEXT NOT NULL,
  CONSTRAINT pk_erased_report PRIMARY KEY (id),
  CONSTRAINT fk_erased_report_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT ck_erased_report_outcome CHECK (outcome IN ('in_procesregie', 'korte_route', 'advies', 'doorverwezen', 'gebundeld', 'afgewezen', 'ingetrokken', 'niet_aangevuld'))
);

CREATE TABLE house_policy (
  house_id UUID NOT NULL,
  version INTEGER NOT NULL,
  body JSONB NOT NULL,
  set_at TIMESTAMP WITH TIME ZONE NOT NULL,
  set_by UUID,
  CONSTRAINT pk_house_policy PRIMARY KEY (house_id, version),
  CONSTRAINT fk_house_policy_house_id FOREIGN KEY(house_id) REFERENCES house (id)
);

CREATE TABLE organisation (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  kind VARCHAR(48) NOT NULL,
  name TEXT NOT NULL,
  task TEXT NOT NULL,
  CONSTRAINT pk_organisation PRIMARY KEY (id),
  CONSTRAINT uq_organisation_id_kind UNIQUE (id, kind),
  CONSTRAINT uq_organisation_house_id_name UNIQUE (house_id, name),
  CONSTRAINT fk_organisation_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT ck_organisation_organisationkind CHECK (kind IN ('publieke_deelnemer', 'private_deelnemer', 'incidentele_derde', 'huis'))
);

CREATE UNIQUE INDEX ix_organisation_house_itself ON organisation (house_id) WHERE kind = 'huis';

CREATE TABLE audit_line (
  id UUID NOT NULL,
  house_id UUID,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id UUID,
  case_id UUID,
  person_id UUID,
  organisation_id UUID,
  on_behalf_of UUID,
  roles TEXT[] NOT NULL,
  purpose TEXT NOT NULL,
  result TEXT NOT NULL,
  facts JSONB NOT NULL,
  CONSTRAINT pk_audit_line PRIMARY KEY (id),
  CONSTRAINT fk_audit_line_house_id FOREIGN KEY(house_id) REFERENCES house (id)
);

CREATE INDEX ix_audit_line_case_id ON audit_line (case_id);

CREATE INDEX ix_audit_line_house_at ON audit_line (house_id, at);

CREATE TABLE person (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  roles TEXT[] NOT NULL,
  active BOOLEAN NOT NULL,
  screened_until DATE,
  trained_until DATE,
  absent_from TIMESTAMP WITH TIME ZONE,
  absent_until TIMESTAMP WITH TIME ZONE,
  deputy_id UUID,
  CONSTRAINT pk_person PRIMARY KEY (id),
  CONSTRAINT ck_person_email_is_an_address CHECK (email LIKE '%_@_%'),
  CONSTRAINT uq_person_house_id_email UNIQUE (house_id, email),
  CONSTRAINT fk_person_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_person_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_person_deputy_id FOREIGN KEY(deputy_id) REFERENCES person (id)
);

CREATE INDEX ix_person_organisation_id ON person (organisation_id);

CREATE TABLE cases (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  number TEXT NOT NULL,
  referral_id UUID,
  reporter_organisation_id UUID NOT NULL,
  reporter_person_id UUID NOT NULL,
  sponsor_organisation_id UUID NOT NULL,
  director_id UUID,
  case_director_id UUID,
  phase VARCHAR(48) NOT NULL,
  visit_id UUID,
  round INTEGER NOT NULL,
  plan_version INTEGER NOT NULL,
  municipality TEXT NOT NULL,
  themes TEXT[] NOT NULL,
  urgent BOOLEAN NOT NULL,
  high_risk BOOLEAN NOT NULL,
  process_version INTEGER NOT NULL,
  outcome VARCHAR(48),
  reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
  admitted_at TIMESTAMP WITH TIME ZONE,
  closed_at TIMESTAMP WITH TIME ZONE,
  erase_at TIMESTAMP WITH TIME ZONE,
  last_event_at TIMESTAMP WITH TIME ZONE NOT NULL,
  hold_since TIMESTAMP WITH TIME ZONE,
  hold_until TIMESTAMP WITH TIME ZONE,
  unshielded_until TIMESTAMP WITH TIME ZONE,
  linked_to UUID,
  CONSTRAINT pk_cases PRIMARY KEY (id),
  CONSTRAINT uq_cases_house_id_number UNIQUE (house_id, number),
  CONSTRAINT ck_cases_closed_has_a_moment CHECK ((phase = 'afgesloten') = (closed_at IS NOT NULL)),
  CONSTRAINT fk_cases_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_cases_reporter_organisation_id FOREIGN KEY(reporter_organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_cases_reporter_person_id FOREIGN KEY(reporter_person_id) REFERENCES person (id),
  CONSTRAINT fk_cases_sponsor_organisation_id FOREIGN KEY(sponsor_organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_cases_director_id FOREIGN KEY(director_id) REFERENCES person (id),
  CONSTRAINT fk_cases_case_director_id FOREIGN KEY(case_director_id) REFERENCES person (id),
  CONSTRAINT ck_cases_phase CHECK (phase IN ('aanmelding', 'screening', 'advies', 'regie', 'focusoverleg', 'plan', 'monitoring', 'afschalen', 'afgesloten')),
  CONSTRAINT ck_cases_outcome CHECK (outcome IN ('in_procesregie', 'korte_route', 'advies', 'doorverwezen', 'gebundeld', 'afgewezen', 'ingetrokken', 'niet_aangevuld')),
  CONSTRAINT fk_cases_linked_to FOREIGN KEY(linked_to) REFERENCES cases (id) ON DELETE SET NULL
);

CREATE INDEX ix_cases_house_phase ON cases (house_id, phase, id);

CREATE INDEX ix_cases_reporter_organisation_id ON cases (reporter_organisation_id);

CREATE INDEX ix_cases_erase_at ON cases (erase_at) WHERE erase_at IS NOT NULL;

CREATE INDEX ix_cases_referral_id ON cases (referral_id);

CREATE INDEX ix_cases_director_id ON cases (director_id) WHERE closed_at IS NULL;

CREATE INDEX ix_cases_quiet ON cases (house_id, last_event_at) WHERE phase = 'monitoring';

CREATE INDEX ix_cases_hold_until ON cases (house_id, hold_until) WHERE hold_until IS NOT NULL;

CREATE TABLE outbox (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  key TEXT NOT NULL,
  recipient_id UUID NOT NULL,
  template TEXT NOT NULL,
  case_ids UUID[] NOT NULL,
  lines JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  next_try_at TIMESTAMP WITH TIME ZONE NOT NULL,
  tries INTEGER NOT NULL,
  code TEXT,
  sent_at TIMESTAMP WITH TIME ZONE,
  gave_up_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_outbox PRIMARY KEY (id),
  CONSTRAINT fk_outbox_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT uq_outbox_key UNIQUE (key),
  CONSTRAINT fk_outbox_recipient_id FOREIGN KEY(recipient_id) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX ix_outbox_owed ON outbox (next_try_at) WHERE sent_at IS NULL AND gave_up_at IS NULL;

CREATE INDEX ix_outbox_undeliverable ON outbox (house_id) WHERE gave_up_at IS NOT NULL;

CREATE INDEX ix_outbox_case_ids ON outbox USING gin (case_ids);

CREATE TABLE api_token (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  person_id UUID NOT NULL,
  token_hash BYTEA NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_api_token PRIMARY KEY (id),
  CONSTRAINT fk_api_token_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_api_token_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE,
  CONSTRAINT uq_api_token_token_hash UNIQUE (token_hash)
);

CREATE TABLE web_session (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  person_id UUID NOT NULL,
  secret_hash BYTEA NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_web_session PRIMARY KEY (id),
  CONSTRAINT fk_web_session_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_web_session_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE,
  CONSTRAINT uq_web_session_secret_hash UNIQUE (secret_hash)
);

CREATE TABLE support_question (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  asker_name TEXT NOT NULL,
  asker_organisation TEXT NOT NULL,
  asker_email TEXT NOT NULL,
  theme TEXT NOT NULL,
  question TEXT NOT NULL,
  answered_at TIMESTAMP WITH TIME ZONE,
  answered_by UUID,
  advice TEXT,
  adopted_as UUID,
  CONSTRAINT pk_support_question PRIMARY KEY (id),
  CONSTRAINT fk_support_question_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_support_question_answered_by FOREIGN KEY(answered_by) REFERENCES person (id)
);

CREATE TABLE referral (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  reporter_organisation_id UUID NOT NULL,
  reporter_organisation_kind VARCHAR(48) NOT NULL,
  reporter_person_id UUID NOT NULL,
  message_id TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  submitted_at TIMESTAMP WITH TIME ZONE,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  version INTEGER NOT NULL,
  municipality TEXT NOT NULL,
  themes TEXT[] NOT NULL,
  service TEXT NOT NULL,
  urgent BOOLEAN NOT NULL,
  acute_safety BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  goal TEXT NOT NULL,
  situation TEXT NOT NULL,
  tried TEXT NOT NULL,
  consequence TEXT NOT NULL,
  life_domains TEXT[] NOT NULL,
  incidents JSONB NOT NULL,
  partners JSONB NOT NULL,
  discussed BOOLEAN,
  discussed_reason TEXT NOT NULL,
  motivation_a TEXT NOT NULL,
  motivation_b TEXT NOT NULL,
  motivation_c TEXT NOT NULL,
  motivation_d TEXT NOT NULL,
  quality_statement BOOLEAN NOT NULL,
  CONSTRAINT pk_referral PRIMARY KEY (id),
  CONSTRAINT fk_referral_reporter FOREIGN KEY(reporter_organisation_id, reporter_organisation_kind) REFERENCES organisation (id, kind),
  CONSTRAINT ck_referral_reporter_is_participant CHECK (reporter_organisation_kind IN ('publieke_deelnemer', 'private_deelnemer')),
  CONSTRAINT ck_referral_submitted_with_criteria_and_quality CHECK (submitted_at IS NULL OR (quality_statement AND motivation_a <> '' AND motivation_b <> '' AND motivation_c <> '' AND motivation_d <> '')),
  CONSTRAINT uq_referral_reporter_organisation_id_message_id UNIQUE (reporter_organisation_id, message_id),
  CONSTRAINT fk_referral_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT ck_referral_organisationkind CHECK (reporter_organisation_kind IN ('publieke_deelnemer', 'private_deelnemer', 'incidentele_derde', 'huis')),
  CONSTRAINT fk_referral_reporter_person_id FOREIGN KEY(reporter_person_id) REFERENCES person (id)
);

CREATE INDEX ix_referral_reporter_organisation_id ON referral (reporter_organisation_id);

CREATE TABLE visit (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  phase VARCHAR(48) NOT NULL,
  round INTEGER NOT NULL,
  entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  left_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_visit PRIMARY KEY (id),
  CONSTRAINT fk_visit_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_visit_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT ck_visit_phase CHECK (phase IN ('aanmelding', 'screening', 'advies', 'regie', 'focusoverleg', 'plan', 'monitoring', 'afschalen', 'afgesloten'))
);

CREATE INDEX ix_visit_case_id ON visit (case_id);

CREATE UNIQUE INDEX ix_visit_one_open ON visit (case_id) WHERE left_at IS NULL;

CREATE TABLE decision (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  visit_id UUID NOT NULL,
  kind VARCHAR(48) NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
  registered_by UUID,
  on_behalf_of UUID,
  triggered_by TEXT,
  meeting_id UUID,
  corrects_id UUID,
  reason TEXT NOT NULL,
  facts JSONB NOT NULL,
  CONSTRAINT pk_decision PRIMARY KEY (id),
  CONSTRAINT uq_decision_id_kind UNIQUE (id, kind),
  CONSTRAINT ck_decision_somebody_or_a_rule CHECK (registered_by IS NOT NULL OR triggered_by IS NOT NULL),
  CONSTRAINT fk_decision_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_decision_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT ck_decision_decisionkind CHECK (kind IN ('compleet_verklaren', 'aanvulling_vragen', 'niet_aangevuld', 'intrekken', 'nadere_informatie_vragen', 'in_procesregie_nemen', 'korte_route', 'advies_geven', 'doorverwijzen', 'doorverwijzing_aanvaard', 'doorverwijzing_geweigerd', 'bundelen', 'afwijzen', 'heroverweging_vragen', 'advies_afronden', 'procesregisseur_toewijzen', 'betrokken_deelnemers_kiezen', 'voorbereid_verklaren', 'casusregisseur_aanwijzen', 'overleg_verdagen', 'plan_vaststellen', 'plan_rond', 'terug_naar_overleg', 'kleine_wijziging', 'doorgaan', 'bijstellen', 'afschalen', 'regie_beeindigen', 'waakvlam_instellen', 'afsluiten', 'ontsluiten', 'spoed_geven', 'opschorten', 'hervatten', 'deelnemer_toevoegen', 'deelnemer_laten_gaan', 'regie_overdragen', 'aanbrengerschap_overdragen', 'incident_melden', 'herstellen')),
  CONSTRAINT fk_decision_registered_by FOREIGN KEY(registered_by) REFERENCES person (id),
  CONSTRAINT fk_decision_on_behalf_of FOREIGN KEY(on_behalf_of) REFERENCES organisation (id),
  CONSTRAINT fk_decision_corrects_id FOREIGN KEY(corrects_id) REFERENCES decision (id) ON DELETE CASCADE
);

CREATE INDEX ix_decision_case_id ON decision (case_id, at);

CREATE TABLE involvement (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  person_id UUID,
  standing VARCHAR(48) NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  until TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_involvement PRIMARY KEY (id),
  CONSTRAINT fk_involvement_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_involvement_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_involvement_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_involvement_person_id FOREIGN KEY(person_id) REFERENCES person (id),
  CONSTRAINT ck_involvement_standing CHECK (standing IN ('bevraagd', 'betrokken'))
);

CREATE UNIQUE INDEX ix_involvement_current ON involvement (organisation_id, case_id, standing) WHERE until IS NULL;

CREATE INDEX ix_involvement_case_id ON involvement (case_id);

CREATE TABLE document (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  kind TEXT NOT NULL,
  ref UUID NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  made_by UUID,
  body TEXT NOT NULL,
  CONSTRAINT pk_document PRIMARY KEY (id),
  CONSTRAINT uq_document_case_id_kind_ref UNIQUE (case_id, kind, ref),
  CONSTRAINT fk_document_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_document_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_document_case_id ON document (case_id);

CREATE TABLE hold (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  duty_id UUID,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  reason TEXT NOT NULL,
  CONSTRAINT pk_hold PRIMARY KEY (id),
  CONSTRAINT ck_hold_has_a_reason CHECK (reason <> ''),
  CONSTRAINT fk_hold_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_hold_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_hold_case_id ON hold (case_id);

CREATE INDEX ix_hold_one_duty ON hold (house_id) WHERE duty_id IS NOT NULL AND ended_at IS NULL;

CREATE TABLE lease (
  case_id UUID NOT NULL,
  house_id UUID NOT NULL,
  token BIGINT NOT NULL,
  holder TEXT,
  expires_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_lease PRIMARY KEY (case_id),
  CONSTRAINT fk_lease_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_lease_house_id FOREIGN KEY(house_id) REFERENCES house (id)
);

CREATE TABLE engine_run (
  case_id UUID NOT NULL,
  epoch INTEGER NOT NULL,
  house_id UUID NOT NULL,
  flow_run_id UUID NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_engine_run PRIMARY KEY (case_id, epoch),
  CONSTRAINT fk_engine_run_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_engine_run_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT uq_engine_run_flow_run_id UNIQUE (flow_run_id)
);

CREATE TABLE subject (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  referral_id UUID NOT NULL,
  case_id UUID,
  standing TEXT NOT NULL,
  name TEXT NOT NULL,
  bsn TEXT,
  born_on DATE,
  address TEXT NOT NULL,
  contact_channel TEXT NOT NULL,
  CONSTRAINT pk_subject PRIMARY KEY (id),
  CONSTRAINT ck_subject_bsn_is_nine_digits CHECK (bsn IS NULL OR bsn ~ '^[0-9]{9}$'),
  CONSTRAINT ck_subject_standing_is_known CHECK (standing IN ('betrokkene', 'directe_kring')),
  CONSTRAINT fk_subject_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_subject_referral_id FOREIGN KEY(referral_id) REFERENCES referral (id) ON DELETE CASCADE,
  CONSTRAINT fk_subject_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_subject_case_id ON subject (case_id);

CREATE INDEX ix_subject_referral_id ON subject (referral_id);

CREATE TABLE history (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  what TEXT NOT NULL,
  person_id UUID,
  organisation_id UUID,
  on_behalf_of UUID,
  facts JSONB NOT NULL,
  CONSTRAINT pk_history PRIMARY KEY (id),
  CONSTRAINT fk_history_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_history_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_history_case_id ON history (case_id, at);

CREATE TABLE decision_decider (
  decision_id UUID NOT NULL,
  person_id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  decision_kind VARCHAR(48) NOT NULL,
  organisation_id UUID NOT NULL,
  organisation_kind VARCHAR(48) NOT NULL,
  CONSTRAINT pk_decision_decider PRIMARY KEY (decision_id, person_id),
  CONSTRAINT fk_decision_decider_decision FOREIGN KEY(decision_id, decision_kind) REFERENCES decision (id, kind) ON DELETE CASCADE,
  CONSTRAINT fk_decision_decider_organisation FOREIGN KEY(organisation_id, organisation_kind) REFERENCES organisation (id, kind),
  CONSTRAINT ck_decision_decider_public_participants_decide CHECK (decision_kind NOT IN ('in_procesregie_nemen', 'korte_route', 'advies_geven', 'doorverwijzen', 'bundelen', 'afwijzen', 'betrokken_deelnemers_kiezen', 'deelnemer_toevoegen', 'deelnemer_laten_gaan', 'regie_beeindigen', 'waakvlam_instellen', 'afsluiten', 'ontsluiten') OR organisation_kind = 'publieke_deelnemer'),
  CONSTRAINT fk_decision_decider_person_id FOREIGN KEY(person_id) REFERENCES person (id),
  CONSTRAINT fk_decision_decider_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_decision_decider_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT ck_decision_decider_decisionkind CHECK (decision_kind IN ('compleet_verklaren', 'aanvulling_vragen', 'niet_aangevuld', 'intrekken', 'nadere_informatie_vragen', 'in_procesregie_nemen', 'korte_route', 'advies_geven', 'doorverwijzen', 'doorverwijzing_aanvaard', 'doorverwijzing_geweigerd', 'bundelen', 'afwijzen', 'heroverweging_vragen', 'advies_afronden', 'procesregisseur_toewijzen', 'betrokken_deelnemers_kiezen', 'voorbereid_verklaren', 'casusregisseur_aanwijzen', 'overleg_verdagen', 'plan_vaststellen', 'plan_rond', 'terug_naar_overleg', 'kleine_wijziging', 'doorgaan', 'bijstellen', 'afschalen', 'regie_beeindigen', 'waakvlam_instellen', 'afsluiten', 'ontsluiten', 'spoed_geven', 'opschorten', 'hervatten', 'deelnemer_toevoegen', 'deelnemer_laten_gaan', 'regie_overdragen', 'aanbrengerschap_overdragen', 'incident_melden', 'herstellen')),
  CONSTRAINT ck_decision_decider_organisationkind CHECK (organisation_kind IN ('publieke_deelnemer', 'private_deelnemer', 'incidentele_derde', 'huis'))
);

CREATE TABLE criterion_judgement (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  criterion TEXT NOT NULL,
  met BOOLEAN NOT NULL,
  motivation TEXT NOT NULL,
  prepared_by UUID NOT NULL,
  prepared_at TIMESTAMP WITH TIME ZONE NOT NULL,
  adopted_by UUID,
  CONSTRAINT pk_criterion_judgement PRIMARY KEY (id),
  CONSTRAINT ck_criterion_judgement_criterion_is_known CHECK (criterion IN ('a', 'b', 'c', 'd')),
  CONSTRAINT fk_criterion_judgement_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_criterion_judgement_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_criterion_judgement_prepared_by FOREIGN KEY(prepared_by) REFERENCES person (id),
  CONSTRAINT fk_criterion_judgement_adopted_by FOREIGN KEY(adopted_by) REFERENCES decision (id) ON DELETE CASCADE
);

CREATE INDEX ix_criterion_judgement_case_id ON criterion_judgement (case_id);

CREATE TABLE info_item (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  subject_id UUID,
  supplier_id UUID NOT NULL,
  category TEXT NOT NULL,
  regime TEXT NOT NULL,
  ground TEXT NOT NULL,
  excluded UUID[] NOT NULL,
  first_processed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  body TEXT NOT NULL,
  CONSTRAINT pk_info_item PRIMARY KEY (id),
  CONSTRAINT ck_info_item_category_is_named CHECK (category <> ''),
  CONSTRAINT fk_info_item_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_info_item_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_info_item_subject_id FOREIGN KEY(subject_id) REFERENCES subject (id) ON DELETE CASCADE,
  CONSTRAINT fk_info_item_supplier_id FOREIGN KEY(supplier_id) REFERENCES organisation (id)
);

CREATE INDEX ix_info_item_case_id ON info_item (case_id);

CREATE TABLE duty (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  visit_id UUID,
  kind VARCHAR(48) NOT NULL,
  owner_organisation_id UUID NOT NULL,
  owner_role VARCHAR(48),
  owner_person_id UUID,
  about_id UUID,
  batch_id UUID NOT NULL,
  anchor TIMESTAMP WITH TIME ZONE NOT NULL,
  unit VARCHAR(48) NOT NULL,
  amount INTEGER NOT NULL,
  fixed_at TIMESTAMP WITH TIME ZONE,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  due_version INTEGER NOT NULL,
  explanation TEXT NOT NULL,
  urgent BOOLEAN NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  answered_at TIMESTAMP WITH TIME ZONE,
  lapsed_at TIMESTAMP WITH TIME ZONE,
  withdrawn_at TIMESTAMP WITH TIME ZONE,
  ended_as TEXT,
  exhausted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_duty PRIMARY KEY (id),
  CONSTRAINT ck_duty_ends_once CHECK (num_nonnulls(answered_at, lapsed_at, withdrawn_at) <= 1),
  CONSTRAINT fk_duty_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_duty_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_duty_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE,
  CONSTRAINT ck_duty_dutykind CHECK (kind IN ('ontvangst_bevestigen', 'compleetheid_toetsen', 'aanmelding_aanvullen', 'bekendheid_andere_huizen', 'bekend_of_niet_bekend', 'criteria_toetsen', 'over_toelating_beslissen', 'nadere_informatie_geven', 'doorverwijzing_aanvaarden', 'melder_terugkoppelen', 'advies_uitbrengen', 'nabellen', 'procesregisseur_toewijzen', 'betrokken_deelnemers_kiezen', 'grond_tegen_informeren_melden', 'betrokkene_informeren', 'uitstel_informeren_hertoetsen', 'overleg_plannen', 'overleg_houden', 'informatie_aanleveren', 'casusregisseur_aanwijzen', 'uitkomst_bekendmaken', 'verslag_vaststellen', 'verslag_corrigeren', 'plan_vaststellen', 'afspraak_aanvaarden', 'geweigerde_afspraak_vervangen', 'plan_rond_krijgen', 'afspraak_uitvoeren', 'voortgang_melden', 'evalueren', 'eindevaluatie_houden', 'heraanmeldcriteria_vastleggen', 'overdracht_regelen', 'partners_terugkoppelen', 'slotbrief_versturen', 'over_afsluiten_beslissen', 'waakvlam_bewaken', 'opschorting_heroverwegen', 'overname_aanvaarden', 'incident_beoordelen', 'bezwaar_tegen_registratie')),
  CONSTRAINT fk_duty_owner_organisation_id FOREIGN KEY(owner_organisation_id) REFERENCES organisation (id),
  CONSTRAINT ck_duty_role CHECK (owner_role IN ('triagist', 'procesregisseur', 'adviseur', 'manager', 'functioneel_beheerder', 'privacy_officer', 'triagelid', 'partnercontact', 'contactpunt')),
  CONSTRAINT fk_duty_owner_person_id FOREIGN KEY(owner_person_id) REFERENCES person (id),
  CONSTRAINT ck_duty_unit CHECK (unit IN ('working_days', 'working_hours', 'clock_hours', 'calendar_days', 'fixed'))
);

CREATE INDEX ix_duty_open_by_case ON duty (case_id) WHERE answered_at IS NULL AND lapsed_at IS NULL AND withdrawn_at IS NULL;

CREATE INDEX ix_duty_late ON duty (house_id, due_at) WHERE answered_at IS NULL AND lapsed_at IS NULL AND withdrawn_at IS NULL;

CREATE INDEX ix_duty_open_by_owner ON duty (owner_organisation_id, due_at) WHERE answered_at IS NULL AND lapsed_at IS NULL AND withdrawn_at IS NULL;

CREATE INDEX ix_duty_batch_id ON duty (batch_id);

CREATE INDEX ix_duty_exhausted ON duty (house_id, exhausted_at) WHERE exhausted_at IS NOT NULL AND answered_at IS NULL AND lapsed_at IS NULL AND withdrawn_at IS NULL;

CREATE INDEX ix_duty_case_id ON duty (case_id);

CREATE TABLE journal_entry (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  visit_id UUID NOT NULL,
  key TEXT NOT NULL,
  kind VARCHAR(48) NOT NULL,
  about_id UUID NOT NULL,
  actor_person_id UUID,
  on_behalf_of UUID,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  done_at TIMESTAMP WITH TIME ZONE,
  tries INTEGER NOT NULL,
  code TEXT,
  next_try_at TIMESTAMP WITH TIME ZONE NOT NULL,
  gave_up_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_journal_entry PRIMARY KEY (id),
  CONSTRAINT uq_journal_entry_case_id_visit_id_key UNIQUE (case_id, visit_id, key),
  CONSTRAINT fk_journal_entry_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_journal_entry_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_journal_entry_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE,
  CONSTRAINT ck_journal_entry_workkind CHECK (kind IN ('ontvangst_bevestigen', 'taken_aankondigen', 'partners_bevragen', 'terugkoppelen', 'beslissers_berichten', 'uitnodigen', 'afzeggen', 'uitkomst_bekendmaken', 'afsluiting_melden', 'slotbrief_opmaken', 'afschrift_sturen', 'regisseur_waarschuwen'))
);

CREATE INDEX ix_journal_entry_case_owed ON journal_entry (case_id) WHERE done_at IS NULL;

CREATE INDEX ix_journal_entry_owed ON journal_entry (next_try_at) WHERE done_at IS NULL;

CREATE TABLE meeting (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  visit_id UUID,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  place TEXT NOT NULL,
  convened_by UUID NOT NULL,
  convened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  held_at TIMESTAMP WITH TIME ZONE,
  moved_at TIMESTAMP WITH TIME ZONE,
  cancelled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_meeting PRIMARY KEY (id),
  CONSTRAINT ck_meeting_ends_once CHECK (num_nonnulls(held_at, moved_at, cancelled_at) <= 1),
  CONSTRAINT fk_meeting_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_meeting_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_meeting_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id) ON DELETE CASCADE,
  CONSTRAINT fk_meeting_convened_by FOREIGN KEY(convened_by) REFERENCES person (id)
);

CREATE INDEX ix_meeting_case_id ON meeting (case_id);

CREATE TABLE rung (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  duty_id UUID NOT NULL,
  step VARCHAR(48) NOT NULL,
  due_version INTEGER NOT NULL,
  fire_at TIMESTAMP WITH TIME ZONE NOT NULL,
  fired_at TIMESTAMP WITH TIME ZONE,
  dropped_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_rung PRIMARY KEY (id),
  CONSTRAINT uq_rung_duty_id_step_due_version UNIQUE (duty_id, step, due_version),
  CONSTRAINT fk_rung_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_rung_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_rung_duty_id FOREIGN KEY(duty_id) REFERENCES duty (id) ON DELETE CASCADE,
  CONSTRAINT ck_rung_step CHECK (step IN ('remind', 'due', 'overdue', 'deputy', 'director', 'manager', 'lapse'))
);

CREATE INDEX ix_rung_case_id ON rung (case_id);

CREATE INDEX ix_rung_armed ON rung (fire_at) WHERE fired_at IS NULL AND dropped_at IS NULL;

CREATE TABLE answer (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  duty_id UUID NOT NULL,
  outcome TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  registered_by UUID NOT NULL,
  organisation_id UUID NOT NULL,
  spoke_to TEXT,
  spoke_at TIMESTAMP WITH TIME ZONE,
  corrected_at TIMESTAMP WITH TIME ZONE,
  note TEXT NOT NULL,
  facts JSONB NOT NULL,
  CONSTRAINT pk_answer PRIMARY KEY (id),
  CONSTRAINT fk_answer_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_answer_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_answer_duty_id FOREIGN KEY(duty_id) REFERENCES duty (id) ON DELETE CASCADE,
  CONSTRAINT fk_answer_registered_by FOREIGN KEY(registered_by) REFERENCES person (id),
  CONSTRAINT fk_answer_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);

CREATE INDEX ix_answer_case_id ON answer (case_id);

CREATE UNIQUE INDEX ix_answer_one_valid ON answer (duty_id) WHERE corrected_at IS NULL;

CREATE TABLE meeting_invitee (
  meeting_id UUID NOT NULL,
  organisation_id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  person_id UUID,
  present BOOLEAN,
  CONSTRAINT pk_meeting_invitee PRIMARY KEY (meeting_id, organisation_id),
  CONSTRAINT fk_meeting_invitee_meeting_id FOREIGN KEY(meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
  CONSTRAINT fk_meeting_invitee_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_meeting_invitee_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_meeting_invitee_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_meeting_invitee_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE commitment (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  meeting_id UUID,
  organisation_id UUID NOT NULL,
  person_id UUID,
  domain TEXT NOT NULL,
  body TEXT NOT NULL,
  due_on DATE NOT NULL,
  state VARCHAR(48) NOT NULL,
  plan_version INTEGER NOT NULL,
  replaces_id UUID,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_commitment PRIMARY KEY (id),
  CONSTRAINT ck_commitment_domain_is_known CHECK (domain IN ('straf', 'zorg', 'bestuur', 'civiel')),
  CONSTRAINT ck_commitment_says_what CHECK (body <> ''),
  CONSTRAINT fk_commitment_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_commitment_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_commitment_meeting_id FOREIGN KEY(meeting_id) REFERENCES meeting (id) ON DELETE SET NULL,
  CONSTRAINT fk_commitment_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
  CONSTRAINT fk_commitment_person_id FOREIGN KEY(person_id) REFERENCES person (id),
  CONSTRAINT ck_commitment_commitmentstate CHECK (state IN ('voorgesteld', 'toegezegd', 'geweigerd', 'gereed', 'niet_gelukt', 'vervallen')),
  CONSTRAINT fk_commitment_replaces_id FOREIGN KEY(replaces_id) REFERENCES commitment (id) ON DELETE SET NULL
);

CREATE INDEX ix_commitment_case_id ON commitment (case_id);

CREATE TABLE progress (
  id UUID NOT NULL,
  house_id UUID NOT NULL,
  case_id UUID NOT NULL,
  commitment_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  by_id UUID NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  CONSTRAINT pk_progress PRIMARY KEY (id),
  CONSTRAINT fk_progress_house_id FOREIGN KEY(house_id) REFERENCES house (id),
  CONSTRAINT fk_progress_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
  CONSTRAINT fk_progress_commitment_id FOREIGN KEY(commitment_id) REFERENCES commitment (id) ON DELETE CASCADE,
  CONSTRAINT fk_progress_by_id FOREIGN KEY(by_id) REFERENCES person (id)
);

CREATE INDEX ix_progress_case_id ON progress (case_id);

ALTER TABLE cases ADD CONSTRAINT fk_cases_referral_id FOREIGN KEY(referral_id) REFERENCES referral (id);
