"""The words of the process: English names in code, Dutch values in the database, on the wire and on screen."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is under WGS 2.27 and 2.31(9)."""

    LID1 = "publieke_deelnemer"  #: public participant of WGS 2.27(1): may decide
    LID2 = "private_deelnemer"  #: private participant of WGS 2.27(2): takes part, never decides
    THIRD_PARTY = "incidentele_derde"  #: BGS 2.21: expertise for one case, no access to the system
    HOUSE = "huis"  #: the house itself, so that every duty has an owner


PARTICIPANTS = frozenset({OrganisationKind.LID1, OrganisationKind.LID2})


class Role(StrEnum):
    """What a person does for the organisation that designated them (WGS 1.8(2))."""

    TRIAGE_OFFICER = "triagist"  #: house: completeness, known elsewhere, prepares the triage
    PROCESS_DIRECTOR = "procesregisseur"  #: house: leads the process of a case, on behalf of the sponsor
    ADVISER = "adviseur"  #: house: gives advice without identifying data
    MANAGER = "manager"  #: house: capacity, assignment, last rung of every ladder
    ADMINISTRATOR = "functioneel_beheerder"  #: house: policy and people, no case content
    PRIVACY_OFFICER = "privacy_officer"  #: lawfulness, the log, the policy on what may be asked when
    DATA_PROTECTION = "functionaris_gegevensbescherming"  #: AVG 37: supervises, reads the log
    AUDITOR = "auditor"  #: the privacy audit of WGS 1.10: reads the log
    TRIAGE_MEMBER = "triagelid"  #: deciding person of a public participant at the triage table
    CONTACT = "partnercontact"  #: supplies, takes part, carries out
    CONTACT_POINT = "contactpunt"  #: answers for informing and rights requests (BGS 1.1)
    TRAJECTORY_COACH = "trajectbegeleider"  #: house: works with the person of a case, and keeps a journal of it
    PARTNER_LEAD = "leidinggevende"  #: leads at a participant: hears that an answer is missing, and reads no case by it


class Phase(StrEnum):
    """Where a case stands; a visit is one stay in a phase."""

    INTAKE = "aanmelding"  #: reported; is it complete?
    SCREENING = "screening"  #: known? criteria? to be admitted?
    ADVICE = "advies"  #: knowledge goes to the professional, direction stays local
    REGIE = "regie"  #: taken on; the conference is being prepared
    FOCUSOVERLEG = "focusoverleg"  #: partners build one picture and one plan
    PLAN = "plan"  #: owners who were absent accept or refuse
    MONITORING = "monitoring"  #: commitments are carried out and followed
    CLOSING = "afschalen"  #: hand over, evaluate, say when to report again
    CLOSED = "afgesloten"  #: shielded, or not taken on


class DecisionKind(StrEnum):
    """Everything that can be decided about a case. Who may, from where and where it leads: `process.DECISIONS`."""

    COMPLETE = "compleet_verklaren"
    REQUEST_SUPPLEMENT = "aanvulling_vragen"
    NOT_COMPLETED = "niet_aangevuld"
    WITHDRAW = "intrekken"
    MORE_INFORMATION = "nadere_informatie_vragen"
    ADMIT = "in_procesregie_nemen"
    SHORT_TRACK = "korte_route"
    ADVISE = "advies_geven"
    REFER_ON = "doorverwijzen"
    REFERRED_ON = "doorverwijzing_aanvaard"
    REFERRAL_REFUSED = "doorverwijzing_geweigerd"
    BUNDLE = "bundelen"
    REJECT = "afwijzen"
    RECONSIDER = "heroverweging_vragen"
    ADVICE_DONE = "advies_afronden"
    ASSIGN_DIRECTOR = "procesregisseur_toewijzen"
    CHOOSE_INVOLVED = "betrokken_deelnemers_kiezen"
    PREPARED = "voorbereid_verklaren"
    APPOINT_CASE_DIRECTOR = "casusregisseur_aanwijzen"
    ADJOURN = "overleg_verdagen"
    ADOPT_PLAN = "plan_vaststellen"
    PLAN_COMPLETE = "plan_rond"
    BACK_TO_MEETING = "terug_naar_overleg"
    SMALL_CHANGE = "kleine_wijziging"
    CONTINUE = "doorgaan"
    ADJUST = "bijstellen"
    SCALE_DOWN = "afschalen"
    END_REGIE = "regie_beeindigen"
    START_WATCH = "waakvlam_instellen"
    CLOSE = "afsluiten"
    UNSHIELD = "ontsluiten"
    MARK_URGENT = "spoed_geven"
    HOLD = "opschorten"
    RESUME = "hervatten"
    INVOLVE = "deelnemer_toevoegen"
    RELEASE = "deelnemer_laten_gaan"
    TRANSFER_DIRECTOR = "regie_overdragen"
    TRANSFER_SPONSOR = "aanbrengerschap_overdragen"
    INCIDENT = "incident_melden"
    CORRECT = "herstellen"


class DutyKind(StrEnum):
    """What somebody can owe to a case. Owner, term and what closes it: `process.DUTIES`."""

    CONFIRM_RECEIPT = "ontvangst_bevestigen"
    CHECK_COMPLETENESS = "compleetheid_toetsen"
    SUPPLEMENT = "aanmelding_aanvullen"
    KNOWN_ELSEWHERE = "bekendheid_andere_huizen"
    KNOWN = "bekend_of_niet_bekend"
    JUDGE_CRITERIA = "criteria_toetsen"
    ADMISSION = "over_toelating_beslissen"
    MORE_INFORMATION = "nadere_informatie_geven"
    REFERRAL_ACCEPTANCE = "doorverwijzing_aanvaarden"
    FEEDBACK = "melder_terugkoppelen"
    ADVICE = "advies_uitbrengen"
    FOLLOW_UP_CALL = "nabellen"
    ASSIGN_DIRECTOR = "procesregisseur_toewijzen"
    CHOOSE_INVOLVED = "betrokken_deelnemers_kiezen"
    INFORM_GROUND = "grond_tegen_informeren_melden"
    INFORM_PERSON = "betrokkene_informeren"
    RECHECK_INFORMING = "uitstel_informeren_hertoetsen"
    SET_MEETING = "overleg_plannen"
    HOLD_MEETING = "overleg_houden"
    INFORMATION = "informatie_aanleveren"
    APPOINT_CASE_DIRECTOR = "casusregisseur_aanwijzen"
    PUBLISH_OUTCOME = "uitkomst_bekendmaken"
    MINUTES = "verslag_vaststellen"
    CORRECT_MINUTES = "verslag_corrigeren"
    ADOPT_PLAN = "plan_vaststellen"
    ACCEPT_COMMITMENT = "afspraak_aanvaarden"
    REPLACE_COMMITMENT = "geweigerde_afspraak_vervangen"
    RECONCILE = "tegenstrijdige_afspraken_afstemmen"
    PLAN_ANSWERS = "plan_rond_krijgen"
    COMMITMENT = "afspraak_uitvoeren"
    PROGRESS = "voortgang_melden"
    EVALUATION = "evalueren"
    FINAL_EVALUATION = "eindevaluatie_houden"
    REREFERRAL_CRITERIA = "heraanmeldcriteria_vastleggen"
    HANDOVER = "overdracht_regelen"
    ACCEPT_HANDOVER = "overdracht_aanvaarden"
    CLOSING_FEEDBACK = "partners_terugkoppelen"
    CLOSING_LETTER = "slotbrief_versturen"
    CLOSURE = "over_afsluiten_beslissen"
    WATCH = "waakvlam_bewaken"
    END_OF_HOLD = "opschorting_heroverwegen"
    ACCEPT_TRANSFER = "overname_aanvaarden"
    INCIDENT = "incident_beoordelen"
    OBJECTION = "bezwaar_tegen_registratie"
    REVIEW_GLASS = "noodtoegang_beoordelen"
    ESCALATION = "escalatie_beantwoorden"


class WorkKind(StrEnum):
    """Outside work that a transaction leaves for the flow: one journal entry each."""

    CONFIRM_RECEIPT = "ontvangst_bevestigen"
    ANNOUNCE = "taken_aankondigen"
    ASK = "partners_bevragen"
    FEED_BACK = "terugkoppelen"
    NOTICE_DECIDERS = "beslissers_berichten"
    INVITE = "uitnodigen"
    CANCEL = "afzeggen"
    PUBLISH = "uitkomst_bekendmaken"
    TELL_CLOSED = "afsluiting_melden"
    LETTER = "slotbrief_opmaken"
    COPY = "afschrift_sturen"
    ALERT = "regisseur_waarschuwen"


class ClosedBy(StrEnum):
    """What ends a duty."""

    ANSWER = "antwoord"
    DECISION = "besluit"
    WORK = "uitgevoerd"  #: the flow does it; nobody needs to answer
    REVIEW = "beoordeling"  #: an act of its own, with an answer of its own


class OnLeave(StrEnum):
    """What happens to a duty of a phase when the phase ends."""

    WITHDRAW = "vervalt"
    NO_ANSWER = "geen_antwoord"  #: recorded as such, never taken for consent
    CARRY = "loopt_door"


class TermChange(StrEnum):
    """Why the moment of a duty moved."""

    HELD = "opgeschort"  #: the case is on hold, or for longer or shorter than it was
    RESUMED = "hervat"  #: the clock runs on, after a hold or once what was asked had come
    EXTENDED = "verlengd"
    POLICY = "beleid"  #: the house set another term
    CALENDAR = "kalender"  #: a closing day, a holiday or the office hours changed
    URGENT = "spoed"
    MOVED = "verzet"  #: another date: of the meeting, of the triage, of the end of a hold


class Standing(StrEnum):
    """How an organisation stands to a case; access follows from it."""

    ASKED = "bevraagd"  #: gets one question with identifiers, nothing else
    INVOLVED = "betrokken"  #: chosen by public participants (WGS 2.31(4))


class CommitmentState(StrEnum):
    """Where a commitment stands (a pledge, never an order: WGS 1.3(4))."""

    PROPOSED = "voorgesteld"
    PLEDGED = "toegezegd"
    IN_PROGRESS = "in_uitvoering"  #: its owner said how it goes
    REFUSED = "geweigerd"
    DONE = "gereed"
    FAILED = "niet_gelukt"
    DROPPED = "vervallen"
    HANDED_OVER = "overgedragen"  #: goes on with who follows the case from now


class ContactKind(StrEnum):
    """How a coach met the person."""

    VISIT = "bezoek"
    PHONE = "telefonisch"
    OFFICE = "op_kantoor"
    OUTSIDE = "buiten"  #: on the street, at an appointment elsewhere
    MISSED = "niet_verschenen"


class HandoverWay(StrEnum):
    """What becomes of an open commitment when a case is handed over."""

    HANDED = "overgedragen"
    REPLACED = "vervangen"  #: by something of the receiver's own
    DROPPED = "vervalt"


class EscalatedTo(StrEnum):
    """Who answers at a level of the house's escalation (domain rules 2.5)."""

    LEAD = "leidinggevende_partner"  #: leads at the partner and reads no case: the regisseur calls
    MANAGER = "manager_huis"
    OUTSIDE = "buiten_pols"  #: a steering group, the mayor, the driehoek: the regisseur notes what they said


class EscalationEnd(StrEnum):
    """How an escalation ended."""

    ANSWERED = "beantwoord"
    HIGHER = "hoger"  #: raised to the next level
    TAKEN_BACK = "ingetrokken"


class GoalState(StrEnum):
    """Where a goal of a plan stands."""

    SOUGHT = "nagestreefd"
    REACHED = "bereikt"
    LET_GO = "losgelaten"  #: always with a reason


class ConflictFound(StrEnum):
    """Who saw that two commitments contradict each other."""

    RULE = "regel"  #: the catalogue of the house says so
    HAND = "procesregisseur"


class Outcome(StrEnum):
    """How a report ended; only what was taken on is ever listed as a case."""

    ADMITTED = "in_procesregie"
    SHORT = "korte_route"
    ADVISED = "advies"
    REFERRED = "doorverwezen"
    BUNDLED = "gebundeld"
    REJECTED = "afgewezen"
    WITHDRAWN = "ingetrokken"
    INCOMPLETE = "niet_aangevuld"


class Service(StrEnum):
    """What a report asks of the house."""

    ADVICE = "advies"
    DIRECTION = "procesregie"
    SCENARIO = "scenarioteam"


class Consequence(StrEnum):
    """What the problems lead to, have led to or would lead to: criterion c of BGS 2.20(1)."""

    NUISANCE = "ernstige_overlast"
    CRIME = "criminaliteit"
    UNSAFE_PERSON = "onveilig_voor_personen"
    UNSAFE_AREA = "onveilig_in_gebied"


class RelationKind(StrEnum):
    """What somebody of a report is to somebody else of it. Only family and direct social contact (BGS 2.19)."""

    PARTNER = "partner"
    FORMER_PARTNER = "ex_partner"
    PARENT = "ouder"
    CHILD = "kind"
    SIBLING = "broer_of_zus"
    RELATIVE = "ander_familielid"
    HOUSEMATE = "huisgenoot"
    SOCIAL = "direct_sociaal_contact"


class SeriesKind(StrEnum):
    """What kind of meeting it is, once or coming back."""

    TRIAGE = "triageoverleg"
    CONFERENCE = "casusoverleg"
    FOCUS = "focusoverleg"  #: the first of a case: one picture, one plan


class GlassKind(StrEnum):
    """For what somebody opens a case that is not theirs to read: with a reason, for a short while, in plain view."""

    EMERGENCY = "noodtoegang"  #: the manager, when the regisseur cannot be waited for
    SUPERVISION = "toezicht"  #: the privacy officer, to test lawfulness (WGS 1.8(4))


class GlassVerdict(StrEnum):
    """What the review of an emergency access found."""

    RIGHTFUL = "terecht"
    WRONGFUL = "onterecht"


class ReassignReason(StrEnum):
    """Why a duty goes to somebody else: a code, so that the timeline tells it without words about a person."""

    NO_ANSWER = "geen_antwoord"
    ABSENT = "afwezig"
    LEFT = "vertrokken"
    WRONG_PERSON = "verkeerde_persoon"
    WORKLOAD = "werkdruk"
    OTHER = "anders"


class Withheld(StrEnum):
    """Why a participant does not supply what was asked. It stays with the participant (R12)."""

    WEIGHTY = "zwaarwegende_reden"  #: WGS 1.5(1)
    SECRECY = "geheim"  #: professional secrecy without a route around it (WGS 2.29(2))


class SendTo(StrEnum):
    """To whom a message goes that did not arrive."""

    RECIPIENT = "ontvanger"  #: the same person: their address was put right
    CONTACTS = "contacten"  #: the other contacts of their organisation


class Door(StrEnum):
    """Where an act came in."""

    API = "api"
    WORKPLACE = "werkplek"
    WORKER = "motor"
    OPERATOR = "beheer"
    ANSWER_PAGE = "antwoordpagina"


class LogPurpose(StrEnum):
    """What the log may be read for, and nothing else (WGS 1.8(4))."""

    LAWFULNESS = "rechtmatigheid"
    CONTROL = "interne_controle"
    INTEGRITY = "integriteit_en_beveiliging"
    COURT = "rechterlijke_procedure"


class SearchReason(StrEnum):
    """Why somebody looks for a person among the cases they read (purpose limitation: WGS 1.8(2), 2.26)."""

    INCIDENT = "incident_of_nieuwe_melding"
    PARTNER_ASKS = "vraag_van_een_deelnemer"
    SAME_PERSON = "nagaan_of_het_dezelfde_persoon_is"
    MEETING = "overleg_voorbereiden"
    SUBJECT_ASKS = "verzoek_van_de_betrokkene"


class TokenScope(StrEnum):
    """What an API token is good for."""

    READ = "lezen"  #: looking only
    ALL = "alles"  #: everything its person may
    REPORT = "melden"  #: a system that delivers messages of the sector, and nothing else
    BOUNCES = "bezorging"  #: a mail service that tells what came back, and nothing else


class SignedInBy(StrEnum):
    """How somebody proved who they are."""

    TOKEN = "token"  # noqa: S105 - a way in, not a secret; never in production
    PASSWORD = "wachtwoord"  # noqa: S105 - the same: a password and a code of the second factor
    PROVIDER = "organisatie"  #: the provider of their organisation vouches for them
