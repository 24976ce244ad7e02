"""Who sends the requests, and what the contract says of them.

Where SIGN_IN_AS names a user, each request carries a token of that user, got
from SIGN_IN_URL with SIGN_IN_PASSWORD. Without it the server must ask for
none.
"""

import base64
import json
import os
import urllib.parse
import urllib.request

import schemathesis
from schemathesis.core.failures import Failure

# Besides the scope that these ask for, it counts whose account or review it
# is; a 403 may thus meet every token that is no administrator's.
OWNED = {"user_view", "user_update", "review_update", "review_delete"}

# The script adds it first.
SOMEBODY_ELSE = "1"


class Token:
    """A token, and what it says of itself."""

    def __init__(self, answer):
        self.value = answer["access_token"]
        self.scopes = set(answer["scope"].split())
        self.user_id = claims(self.value)["sub"]

    def has(self, scopes):
        return self.scopes.issuperset(scopes)

    def is_administrators(self):
        return "users:admin" in self.scopes


def sign_in():
    """The token of the user who is named, if one is."""
    username = os.environ.get("SIGN_IN_AS")
    if username is None:
        return None
    form = {"username": username, "password": os.environ["SIGN_IN_PASSWORD"]}
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(os.environ["SIGN_IN_URL"], body) as answer:
        return Token(json.load(answer))


def claims(token):
    """What a JSON Web Token says (RFC 7519, 3)."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * 3))


TOKEN = sign_in()

if TOKEN is not None:

    @schemathesis.auth(refresh_interval=None)
    class Bearer:
        """Sends the token. It is good for longer than a run takes."""

        def get(self, case, context):
            return TOKEN.value

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"

    @schemathesis.hook
    def before_load_schema(context, raw_schema):
        """schemathesis tries out what happens without a token, or with a bad
        one, where it is told of bearer tokens; of OAuth 2.0 it knows nothing.
        """
        schemes = raw_schema["components"]["securitySchemes"]
        schemes["oauth2"] = {"type": "http", "scheme": "bearer"}


def choose_account(case):
    """Whose account is asked for. An administrator who takes away its own role
    or account ends its token, and with it the run, so it changes another
    user's; all others have one account that they may see and change."""
    operation_id = case.operation.definition.raw.get("operationId")
    user_id = str(case.path_parameters.get("user_id"))
    if TOKEN is None or operation_id not in ("user_view", "user_update"):
        return
    if TOKEN.is_administrators():
        if operation_id == "user_update" and user_id == TOKEN.user_id:
            case.path_parameters["user_id"] = SOMEBODY_ELSE
    elif user_id.isdecimal() and user_id != SOMEBODY_ELSE:
        case.path_parameters["user_id"] = TOKEN.user_id


@schemathesis.check
def access_is_as_promised(ctx, response, case):
    """A token with the scopes of an operation is let in, and one without is
    refused, whatever else is wrong with the request."""
    status = response.status_code
    operation = case.operation.definition.raw
    needed = scopes(operation)
    if needed is None or is_elsewhere(case, response):
        return
    if (status == 401) == carries_token(response.request):
        raise Breach(case, "A good token is asked for, if any is", status)
    if status == 401:
        return
    if TOKEN is None or TOKEN.has(needed):
        if status == 403 and not may_be_anothers(operation):
            raise Breach(case, "The token has the scope", status)
    elif status != 403:
        raise Breach(case, "The token lacks the scope", status)


def scopes(operation):
    """The scopes that a token needs; None where no token is asked for."""
    security = operation["security"]
    return security[0]["oauth2"] if security else None


def carries_token(request):
    """Whether the request has all that is asked for to know who sends it."""
    return (
        TOKEN is None
        or request.headers.get("Authorization") == f"Bearer {TOKEN.value}"
    )


def may_be_anothers(operation):
    return (
        TOKEN is not None
        and not TOKEN.is_administrators()
        and operation["operationId"] in OWNED
    )


def is_elsewhere(case, response):
    """Whether another operation answers, or none: where method or path are
    other than the operation's, or nothing has this path."""
    wanted = case.operation.method.upper()
    return response.request.method != wanted or response.status_code in (404, 405)


class Breach(Failure):
    """Access that is not as the contract has it."""

    def __init__(self, case, title, status):
        super().__init__(
            operation=case.operation.label,
            title="Access is not as promised",
            message=f"{title}, and the answer is {status}",
        )
