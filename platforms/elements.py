"""The elements that reports are made of, by name, so that a missing one can be named before anything is sent."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Element(StrEnum):
    """One thing that a channel or a law asks for."""

    URL = "url"
    URL_WITH_KEY = "url_with_key"
    PAGE_URL = "page_url"
    PROFILE_URL = "profile_url"
    SEARCH_RESULT_URL = "search_result_url"
    SEARCH_TERMS = "search_terms"
    MISSING_TERM = "missing_term"
    USERNAME = "username"
    PHONE_NUMBER = "phone_number"
    MESSAGE = "message"
    TIME_IN_VIDEO = "time_in_video"
    DOMAIN = "domain"
    IP = "ip"
    SEEN_AT = "seen_at"
    IDENTIFICATION_OF_CONTENT = "identification_of_content"
    CATEGORY = "category"
    DESCRIPTION = "description"
    REASON = "reason"
    CONTEXT = "context"
    ACCESS_STEPS = "access_steps"
    SERVICE = "service"
    COUNTRY = "country"
    LEGAL_BASIS = "legal_basis"
    WORK = "work"
    SCOPE = "scope"
    SIGNATURE = "signature"
    NON_CONSENT_STATEMENT = "non_consent_statement"
    GOOD_FAITH_STATEMENT = "good_faith_statement"
    ACCURACY_STATEMENT = "accuracy_statement"
    BONA_FIDE_STATEMENT = "bona_fide_statement"
    IDENTIFIABLE_STATEMENT = "identifiable_statement"
    FAKE_STATEMENT = "fake_statement"
    UNPAID_STATEMENT = "unpaid_statement"
    AUTHORITY_STATEMENT = "authority_statement"
    AGE_STATEMENT = "age_statement"
    NAME = "name"
    CONTACT = "contact"
    CONTACT_EMAIL = "contact_email"
    RELATIONSHIP = "relationship"
    ACCOUNT_ID = "account_id"
    LEGAL_NAME = "legal_name"
    AFFECTED_PERSON = "affected_person"
    ID_DOCUMENT = "id_document"
    IDENTITY_NUMBER = "identity_number"
    OLD_CONTACT = "old_contact"
    STATEMENT = "statement"
    TICKET = "ticket"
    PLATFORM = "platform"
    REQUESTED_AT = "requested_at"
    PROOF_OF_REQUEST = "proof_of_request"
    STILL_UP = "still_up"
    SCREENSHOTS = "screenshots"
    CHAT_LOGS = "chat_logs"
    FILES_ON_DEVICE = "files_on_device"
    PIN = "pin"
    OPT_OUT_OF_SHARING = "opt_out_of_sharing"
    OWNER_NOTIFICATION = "owner_notification"
    HOST_NOTIFICATION = "host_notification"


class Part(StrEnum):
    """Whose an element is, and so where it is filled from."""

    CONTENT = "content"  # the watched links and what was seen there
    WORDS = "words"  # what the officer writes about it
    STATEMENT = "statement"  # said by the template, agreed to by who files
    FILER = "filer"  # who files: the helpline or the complainant
    COMPLAINANT = "complainant"  # from the sealed case, at the last moment, and only where it is asked
    RECORD = "record"  # earlier reports and their replies
    DEVICE = "device"  # stays with the complainant; a draft only reminds of it
    CHOICE = "choice"  # a box to tick; the draft says which


class Meaning(NamedTuple):
    """What an element is in words, and whose."""

    words: str
    part: Part

    @property
    def personal(self) -> bool:
        """Whether it says who the complainant is."""
        return self.part is Part.COMPLAINANT


MEANINGS: Mapping[Element, Meaning] = {
    Element.URL: Meaning("the address of each item", Part.CONTENT),
    Element.URL_WITH_KEY: Meaning("the whole address, with the key that opens it", Part.CONTENT),
    Element.PAGE_URL: Meaning("the address of the page that shows the picture", Part.CONTENT),
    Element.PROFILE_URL: Meaning("the address of the profile", Part.CONTENT),
    Element.SEARCH_RESULT_URL: Meaning("the address of the search that shows the result", Part.CONTENT),
    Element.SEARCH_TERMS: Meaning("the words that were searched for", Part.WORDS),
    Element.MISSING_TERM: Meaning("a word that the result shows and the page no longer has", Part.WORDS),
    Element.USERNAME: Meaning("the name of the account", Part.CONTENT),
    Element.PHONE_NUMBER: Meaning("the number that the messages come from", Part.WORDS),
    Element.MESSAGE: Meaning("the message, post or channel, chosen in the app", Part.CONTENT),
    Element.TIME_IN_VIDEO: Meaning("at what minute and second of the film", Part.WORDS),
    Element.DOMAIN: Meaning("the domain", Part.CONTENT),
    Element.IP: Meaning("the IP address that serves it", Part.CONTENT),
    Element.SEEN_AT: Meaning("when it was last seen there, in UTC", Part.CONTENT),
    Element.IDENTIFICATION_OF_CONTENT: Meaning("which item it is, and enough to find it", Part.CONTENT),
    Element.CATEGORY: Meaning("what is wrong, in the channel's own list", Part.CONTENT),
    Element.DESCRIPTION: Meaning("what it is, in a few sentences", Part.WORDS),
    Element.REASON: Meaning("why it should come down", Part.WORDS),
    Element.CONTEXT: Meaning("what the reviewer cannot know: language, place, what happened before", Part.WORDS),
    Element.ACCESS_STEPS: Meaning("why it is unlawful, and how a reviewer gets to see it", Part.WORDS),
    Element.SERVICE: Meaning("which of the company's services it is on", Part.CONTENT),
    Element.COUNTRY: Meaning("the country", Part.WORDS),
    Element.LEGAL_BASIS: Meaning("the law relied on", Part.WORDS),
    Element.WORK: Meaning("the work, and that it is the complainant's own", Part.WORDS),
    Element.SCOPE: Meaning("whether the link, the file or every identical copy is meant", Part.CHOICE),
    Element.SIGNATURE: Meaning("a signature, by hand or typed", Part.FILER),
    Element.NON_CONSENT_STATEMENT: Meaning(
        "a statement, in good faith, that it was published without consent", Part.STATEMENT
    ),
    Element.GOOD_FAITH_STATEMENT: Meaning(
        "a statement, in good faith, that the use is not allowed by owner or law", Part.STATEMENT
    ),
    Element.ACCURACY_STATEMENT: Meaning(
        "a statement under penalty of perjury that the notice is accurate and its sender entitled", Part.STATEMENT
    ),
    Element.BONA_FIDE_STATEMENT: Meaning(
        "a statement that one believes the notice to be accurate and complete", Part.STATEMENT
    ),
    Element.IDENTIFIABLE_STATEMENT: Meaning("a statement that the person can be recognised", Part.STATEMENT),
    Element.FAKE_STATEMENT: Meaning("a statement that it is made up or altered", Part.STATEMENT),
    Element.UNPAID_STATEMENT: Meaning("a statement that nobody is being paid for it now", Part.STATEMENT),
    Element.AUTHORITY_STATEMENT: Meaning("by what right one acts for the person", Part.STATEMENT),
    Element.AGE_STATEMENT: Meaning("a statement on the age of the person in the picture", Part.STATEMENT),
    Element.NAME: Meaning("the name of who files", Part.FILER),
    Element.CONTACT: Meaning("how who files can be reached", Part.FILER),
    Element.CONTACT_EMAIL: Meaning("a mail address that is read", Part.FILER),
    Element.RELATIONSHIP: Meaning("what who files is to the person", Part.FILER),
    Element.ACCOUNT_ID: Meaning("the number of the account that files", Part.FILER),
    Element.LEGAL_NAME: Meaning("the complainant's full legal name", Part.COMPLAINANT),
    Element.AFFECTED_PERSON: Meaning("who is affected", Part.COMPLAINANT),
    Element.ID_DOCUMENT: Meaning("a picture of an identity document", Part.COMPLAINANT),
    Element.IDENTITY_NUMBER: Meaning("the number of the national identity card", Part.COMPLAINANT),
    Element.OLD_CONTACT: Meaning("the mail address or number the account was opened with", Part.COMPLAINANT),
    Element.STATEMENT: Meaning("the complainant's own statement", Part.COMPLAINANT),
    Element.TICKET: Meaning("the reference that the channel gave before", Part.RECORD),
    Element.PLATFORM: Meaning("the platform that was asked", Part.RECORD),
    Element.REQUESTED_AT: Meaning("when it was asked", Part.RECORD),
    Element.PROOF_OF_REQUEST: Meaning("what shows that it was asked", Part.RECORD),
    Element.STILL_UP: Meaning("whether it was still there after the time allowed", Part.RECORD),
    Element.SCREENSHOTS: Meaning("pictures of the screen", Part.DEVICE),
    Element.CHAT_LOGS: Meaning("the conversation", Part.DEVICE),
    Element.FILES_ON_DEVICE: Meaning("the pictures, which stay on the device they are on", Part.DEVICE),
    Element.PIN: Meaning("a PIN that nobody can recover", Part.DEVICE),
    Element.OPT_OUT_OF_SHARING: Meaning("that the name is not passed on: yes", Part.CHOICE),
    Element.OWNER_NOTIFICATION: Meaning("whether the site's owner is told: no", Part.CHOICE),
    Element.HOST_NOTIFICATION: Meaning("whether the host is told, and by which name: without a name", Part.CHOICE),
}
