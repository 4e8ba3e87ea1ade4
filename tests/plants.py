"""Secrets to plant, each of the right shape and made when asked for, so that this file holds none; and look-alikes."""

from __future__ import annotations

import base64
import io
import json
import string
import zipfile
from dataclasses import dataclass
from random import Random

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
URL_SAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"


@dataclass(frozen=True)
class Plant:
    """A file with a secret. hidden is the text that no report may show."""

    kind: str
    path: str
    content: bytes
    hidden: str


class Maker:
    """Makes secrets by chance, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def draw(self, count: int, of: str = ALNUM) -> str:
        return "".join(self.random.choices(of, k=count))

    def mixed(self, count: int, of: str = ALNUM) -> str:
        """Drawn again until it has a small letter, a capital one and two digits, as a real one nearly always has."""
        while True:
            drawn = self.draw(count, of)
            if any(map(str.islower, drawn)) and any(map(str.isupper, drawn)) and sum(map(str.isdigit, drawn)) > 1:
                return drawn

    def lines(self, count: int, width: int = 64) -> str:
        return "\n".join(self.draw(width, BASE64) for _ in range(count))

    def armor(self, label: str, separator: str = "\n", lines: int = 12) -> str:
        body = self.lines(lines).replace("\n", separator)
        return f"-----BEGIN {label}-----{separator}{body}{separator}-----END {label}-----{separator}"

    def jwt(self) -> str:
        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        head, claims = {"alg": "HS256", "typ": "JWT"}, {"sub": self.draw(12), "iat": 1700000000}
        return f"{part(head)}.{part(claims)}.{self.draw(43, URL_SAFE)}"

    def uuid(self) -> str:
        return "-".join(self.draw(count, HEX) for count in (8, 4, 4, 4, 12))


def keys_of_services(make: Maker) -> list[Plant]:
    """Keys that say themselves what they are."""
    m, d = make.mixed, make.draw
    rows: list[tuple[str, str, str, str]] = [  # kind, file, what stands before and after it ("@" is it), the secret
        ("age identity", "key.txt", "# created: 2026-01-02T03:04:05Z\n@\n", "AGE-SECRET-" + "KEY-1" + d(58, BECH32)),
        ("age post-quantum identity", "pq.txt", "@\n", "AGE-SECRET-" + "KEY-PQ-1" + d(58, BECH32)),
        ("GitHub personal token", "push.sh", "git push https://@@github.com/o/r.git\n", "gh" + "p_" + m(36)),
        ("GitHub server token", "app.log", "using token @ for installation 7\n", "gh" + "s_" + m(36)),
        ("GitHub fine-grained token", "a.yml", "with: {token: @}\n", "github" + "_pat_" + m(22) + "_" + m(59)),
        ("GitLab token", "ci.yml", "GITLAB: '@'\n", "glp" + "at-" + m(20, URL_SAFE.replace("-", ""))),
        ("Slack bot token", "bot.py", 'client("@")\n', "xox" + f"b-{d(12, string.digits)}-{d(13, string.digits)}-{m(24)}"),
        ("Slack user token", "bot.js", "const t='@'\n", "xox" + "p-" + "-".join([d(12, string.digits) for _ in "123"] + [d(32, HEX)])),
        ("Slack webhook", "hook.md", "post to @\n", "https://hooks.slack" + f".com/services/T{m(9).upper()}/B{m(9).upper()}/{m(24)}"),
        ("Discord webhook", "d.json", '{"url": "@"}\n', "https://discord" + f".com/api/webhooks/{d(18, string.digits)}/{m(68, URL_SAFE)}"),
        ("Google API key", "map.html", "<script src='https://maps.googleapis.com/maps/api/js?key=@'></script>\n", "AI" + "za" + m(35, URL_SAFE[:-2])),
        ("Google client secret", "g.json", '{"client_secret": "@"}\n', "GOC" + "SPX-" + m(28, URL_SAFE)),
        ("npm token", ".npmrc", "//registry.npmjs.org/:_authToken=@\n", "np" + "m_" + m(36)),
        ("PyPI token", ".pypirc", "[pypi]\nusername = __token__\npassword = @\n", "pypi-" + "AgEIcHlwaS5vcmc" + m(140, URL_SAFE)),
        ("JSON web token", "session.txt", "cookie: session=@\n", make.jwt()),
        ("Cachix signing key", "cachix.dhall", "{ secretKey = \"@\" }\n", "name.cachix.org" + "-1:" + m(86, BASE64) + "=="),
        ("Stripe secret key", "pay.rb", "Stripe.api_key = '@'\n", "sk_" + "live_" + m(24)),
        ("Stripe restricted key", "pay.py", 'stripe("@")\n', "rk_" + "live_" + m(24)),
        ("Stripe webhook secret", "pay.go", "const endpointSecret = \"@\"\n", "whsec" + "_" + m(32)),
        ("OpenAI project key", "ai.env", "OPENAI=@\n", "sk-" + "proj-" + m(74, URL_SAFE) + "T3Blbk" + "FJ" + m(74)),
        ("OpenAI older key", "ai.ipynb", '{"source": ["openai.api_key = \\"@\\""]}\n', "sk-" + m(20) + "T3Blbk" + "FJ" + m(20)),
        ("Anthropic key", "ai.ts", "new Anthropic({ apiKey: '@' })\n", "sk-" + "ant-api03-" + m(93, URL_SAFE) + "AA"),
        ("Hugging Face token", "hub.py", 'login("@")\n', "h" + "f_" + m(34, string.ascii_letters + "0123456789")),
        ("SendGrid key", "mail.yml", "mail: @\n", "SG" + "." + m(22, ALNUM) + "." + m(43, ALNUM)),
        ("Azure storage key", "app.config", "DefaultEndpointsProtocol=https;AccountName=files12;AccountKey=@;EndpointSuffix=core.windows.net\n", m(86, BASE64) + "=="),
        ("Azure client secret", "azure.env", "AZURE_CLIENT_SECRET=@\n", d(3) + "8Q~" + m(34)),
        ("Azure shared access signature", "blob.md", "https://files12.blob.core.windows.net/c/f?sv=2024-11-04&se=2027-01-01&sr=b&sp=r&sig=@\n", m(43) + "%3D"),
        ("Twilio key", "sms.py", 'Client("@")\n', "S" + "K" + d(32, HEX)),
        ("Telegram bot token", "tg.env", "TELEGRAM_BOT_TOKEN=@\n", d(10, "123456789") + ":AA" + m(33, URL_SAFE)),
        ("Mailgun key", "mg.py", 'mailgun_key = "@"\n', "key" + "-" + d(32, HEX)),
        ("Mailchimp key", "mc.php", "$mailchimp_api_key = '@';\n", d(32, HEX) + "-us" + "12"),
        ("DigitalOcean token", "do.tf", 'provider "digitalocean" {\n  token = "@"\n}\n', "dop_" + "v1_" + d(64, HEX)),
        ("Databricks token", "db.cfg", "token = @\n", "da" + "pi" + d(32, HEX)),
        ("Docker Hub token", "login.sh", "echo @ | docker login -u me --password-stdin\n", "dckr_" + "pat_" + m(27, URL_SAFE)),
        ("RubyGems key", "gem.yml", ":rubygems_api_key: @\n", "ruby" + "gems_" + d(48, HEX)),
        ("Shopify token", "shop.py", 'token = "@"\n', "shp" + "at_" + d(32, HEX)),
        ("Linear key", "l.ts", "linear('@')\n", "lin_" + "api_" + m(40)),
        ("Grafana token", "g.yml", "grafana: @\n", "gl" + "sa_" + m(32) + "_" + d(8, HEX)),
        ("Vault token", "v.sh", "vault login @\n", "hv" + "s." + m(24 + 70, URL_SAFE)),
        ("Doppler token", "dp.env", "DOPPLER=@\n", "dp." + "pt." + m(43)),
        ("Groq key", "q.py", 'Groq("@")\n', "gs" + "k_" + m(52)),
        ("Replicate token", "r.js", "replicate('@')\n", "r" + "8_" + m(37)),
    ]  # fmt: skip
    return [Plant(kind, path, around.replace("@", secret, 1).encode(), secret) for kind, path, around, secret in rows]


def key_files(make: Maker) -> list[Plant]:
    def plant(kind: str, path: str, text: str) -> Plant:
        longest = max(text.replace("\\n", "\n").split("\n"), key=len)
        return Plant(kind, path, text.encode(), longest[:50])

    account = {
        "type": "service_account",
        "private_key_id": make.draw(40, HEX),
        "private_key": make.armor("PRIVATE " + "KEY"),
    }
    putty = f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n{make.draw(60, BASE64)}\n"
    return [
        plant("OpenSSH private key", "id_ed25519", make.armor("OPENSSH " + "PRIVATE KEY")),
        plant("RSA private key", "server.pem", make.armor("RSA " + "PRIVATE KEY")),
        plant("encrypted private key", "server.key", make.armor("ENCRYPTED " + "PRIVATE KEY")),
        plant("PGP private key", "secring.asc", make.armor("PGP " + "PRIVATE KEY BLOCK")),
        plant("private key of a service account", "account.json", json.dumps(account)),
        plant("private key without its end", "cut.pem", make.armor("EC " + "PRIVATE KEY").rpartition("-----END")[0]),
        plant("PuTTY private key", "key.ppk", putty),
    ]  # fmt: skip


def values_of_names(make: Maker) -> list[Plant]:
    """Values that only their name, or their place, says to be secret."""
    m, d = make.mixed, make.draw
    specials = ALNUM + "!#%*+-_"
    rows: list[tuple[str, str, str, str]] = [
        ("hex in .env", ".env", "DEBUG=1\nAPI_KEY=@\n", d(32, HEX)),
        ("longer hex in a shell script", "run.sh", "export SECRET_TOKEN=@\n", d(64, HEX)),
        ("quoted name in JSON", "c.json", '{"api-key": "@"}\n', m(32)),
        ("password in YAML", "app.yaml", "db:\n  user: app\n  password: @\n", m(16, specials)),
        ("literal YAML", "l.yaml", "token: |\n  @\nother: 1\n", m(40)),
        ("value on YAML's next line", "n.yaml", "password:\n  @\n", m(24)),
        ("netrc on one line", ".netrc", "machine example.org login me password @\n", m(14)),
        ("netrc on three lines", "_netrc", "machine example.org\n  login me\n  password @\n", m(14)),
        ("bearer header", "r.http", "GET /v1\nAuthorization: Bearer @\n", m(40)),
        ("bearer header in code", "r.py", 'headers = {"Authorization": "Bearer @"}\n', m(32)),
        ("curl's user", "c.sh", "curl -u ad" + "min:@ https://example.org/v1\n", m(16)),
        ("curl's header", "d.sh", 'curl -H "X-Api-Key: @" https://example.org/v1\n', m(32)),
        ("PostgreSQL URL", "s.py", 'DB = "postgresql://app:@@db.internal:5432/app"\n', m(14)),
        ("Redis URL without a user", "r.yml", "cache: redis://:@@cache.internal:6379/0\n", m(20)),
        ("password in a git URL", ".gitmodules", "\turl = https://bot:@@git.example.org/o/r.git\n", m(20)),
        ("pgpass", ".pgpass", "db.internal:5432:app:app:@\n", m(16)),
        ("constant in JavaScript", "k.js", 'const apiSecret = "@";\n', m(32)),
        ("argument in Python", "k.py", "client = Client(auth_token='@')\n", m(40)),
        ("XML element", "k.xml", "<db><password>@</password></db>\n", m(16)),
        ("Java property", "k.properties", "spring.datasource.password=@\n", m(16)),
        ("connection string", "k.config", 'connect("Server=db;Database=app;User Id=app;Password=@;")\n', m(16)),
        ("Django's key", "settings.py", "SECRET_KEY = '@'\n", m(50, "abcdefghijklmnopqrstuvwxyz0123456789ABC!@#$%^&*(-_=+)")),
        ("Terraform variable", "k.tfvars", 'secret_key = "@"\n', m(40)),
        ("query parameter", "k.md", "see https://example.org/v1?user=1&access_token=@&x=1\n", m(32)),
        ("command line flag", "k.sh", "deploy --user me --password @ --now\n", m(18)),
        ("AWS secret key alone", "w.ini", "[default]\naws_secret_access_key = @\n", m(40, BASE64)),
        ("comment", "k.c", "/* the API key is @ until May */\n", m(32)),
    ]  # fmt: skip
    made = [Plant(kind, path, around.replace("@", secret, 1).encode(), secret) for kind, path, around, secret in rows]
    first, second = m(30), m(30)
    made.append(Plant("folded YAML", "f.yaml", f"client_secret: >-\n  {first}\n  {second}\nother: 1\n".encode(), first))
    login, aws = m(18), m(40, BASE64)
    basic = base64.b64encode(f"admin:{login}".encode()).decode()
    made.append(Plant("basic header", "b.http", f"Authorization: Basic {basic}\n".encode(), basic))
    docker = json.dumps({"auths": {"example.org": {"auth": basic}}})
    made.append(Plant("Docker's login", "config.json", docker.encode(), basic))
    data = base64.b64encode(m(24).encode()).decode()
    kubernetes = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  password: {data}\n"
    made.append(Plant("Kubernetes secret", "k8s.yaml", kubernetes.encode(), data))
    name = "AK" + "IA" + d(16, string.ascii_uppercase + "234567")
    text = f"[default]\naws_access_key_id = {name}\naws_secret_access_key = {aws}\n"
    made.append(Plant("AWS credentials", "credentials", text.encode(), aws))
    made.append(Plant("AWS access key alone", "key.md", f"we use {name} here\n".encode(), name))
    return made


def disguises(make: Maker) -> list[Plant]:
    """What is found in plain text, in other encodings and at other places."""
    m = make.mixed
    plain = [f"NAME=value\nAPI_TOKEN={m(40)}\n" for _ in range(11)]
    secret = [text.partition("TOKEN=")[2].strip() for text in plain]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("inner/settings.env", plain[7])
    key = "gh" + "p_" + m(36)
    return [
        Plant("UTF-16 with a mark", "u16.txt", plain[0].encode("utf-16"), secret[0]),
        Plant("big-endian UTF-16 with a mark", "u16be.txt", b"\xfe\xff" + plain[1].encode("utf-16-be"), secret[1]),
        Plant("UTF-16 without a mark", "u16le.txt", plain[2].encode("utf-16-le"), secret[2]),
        Plant("UTF-16 in a program", "p.exe", bytes(range(256)) + plain[10].encode("utf-16-le") + bytes(256), secret[10]),
        Plant("UTF-8 with a mark and CRLF", "bom.txt", b"\xef\xbb\xbf" + plain[3].replace("\n", "\r\n").encode(), secret[3]),
        Plant("Latin-1", "latin.txt", "naïve caf\xe9\n".encode("latin-1") + plain[4].encode(), secret[4]),
        Plant("binary file", "program.bin", bytes(range(256)) + plain[5].encode() + bytes(range(256)), secret[5]),
        Plant("large file", "large.csv", b"1,2,3,4,5,6,7,8\n" * 400_000 + plain[6].encode(), secret[6]),
        Plant("archive", "settings.zip", archive.getvalue(), secret[7]),
        Plant("Base64", "env.b64", base64.b64encode(plain[8].encode()), secret[8]),
        Plant("minified line", "app.min.js", f"var a=1;{'f(1);' * 9000}x={{apiToken:\"{secret[9]}\"}};".encode(), secret[9]),
        Plant("file name", f"notes-{key}.txt", b"nothing\n", key),
    ]  # fmt: skip


def file_plants(seed: int) -> list[Plant]:
    make = Maker(seed)
    return [plant for family in (keys_of_services, key_files, values_of_names, disguises) for plant in family(make)]


def lookalikes(seed: int) -> list[tuple[str, str, str]]:
    """(kind, file, text) of what is no secret, though it has a secret's name, shape or place."""
    make = Maker(seed)
    m, d, uuid = make.mixed, make.draw, make.uuid

    def digest() -> str:
        return d(64, HEX)

    mapping = base64.b64encode(b'{"version":3,"sources":["token.ts"],"names":["password"]}').decode()
    picture = "iVBORw0KGgoAAAANSUhEUgAA" + m(300, BASE64)
    return [
        # digests, identifiers, public halves
        ("commit", "CHANGELOG.md", f"- fixed in {d(40, HEX)}\n"),
        ("action pinned by its commit", "ci.yml", f"uses: actions/checkout@{d(40, HEX)} # v4\n"),
        ("hash of a requirement", "requirements.lock", f"attrs==26.1.0 \\\n    --hash=sha256:{digest()}\n"),
        ("integrity in package-lock.json", "package-lock.json", f'"integrity": "sha512-{m(86, BASE64)}=="\n'),
        ("integrity in pnpm", "pnpm-lock.yaml", f"    resolution: {{integrity: sha512-{m(86, BASE64)}==}}\n"),
        ("hash in yarn.lock", "yarn.lock", f'  resolved "https://registry.yarnpkg.com/a/-/a-1.tgz#{d(40, HEX)}"\n'),
        ("hash in go.sum", "go.sum", f"golang.org/x/net v0.1.0 h1:{m(43, BASE64)}=\n"),
        ("checksum in Cargo.lock", "Cargo.lock", f'checksum = "{digest()}"\n'),
        ("hash in poetry.lock", "poetry.lock", f'    {{file = "a.whl", hash = "sha256:{digest()}"}},\n'),
        ("Nix hash", "flake.nix", f'hash = "sha256-{m(43, BASE64)}=";\n'),
        ("narHash", "flake.lock", f'"narHash": "sha256-{m(43, BASE64)}=",\n"rev": "{d(40, HEX)}"\n'),
        ("Nix base32 hash", "old.nix", f'sha256 = "{d(52, "0123456789abcdfghijklmnpqrsvwxyz")}";\n'),
        ("Terraform lock", ".terraform.lock.hcl", f'  hashes = ["h1:{m(43, BASE64)}=", "zh:{digest()}"]\n'),
        ("image digest", "Dockerfile", f"FROM python@sha256:{digest()}\n"),
        ("MD5 sums", "md5sums", f"{d(32, HEX)}  a.tar.gz\n{d(32, HEX)}  b.tar.gz\n"),
        ("entity tag", "r.http", f'ETag: "{d(32, HEX)}"\nX-Request-Id: {d(32, HEX)}\n'),
        ("cache key", "ci.yml", f"key: deps-v1-{digest()}\n"),
        ("cache key in code", "c.py", f'cache_key = "{d(40, HEX)}"\n'),
        ("primary key", "rows.sql", f"INSERT INTO a (key, id) VALUES ('{uuid()}', '{uuid()}');\n"),
        ("UUID of a client", "a.env", f"CLIENT_ID={uuid()}\nAZURE_TENANT_ID={uuid()}\n"),
        ("UUID of a token", "a.json", f'{{"token_id": "{uuid()}", "secretId": "{uuid()}"}}\n'),
        ("GUID", "a.sln", f'Project("{{{uuid().upper()}}}") = "A", "a.csproj", "{{{uuid().upper()}}}"\n'),
        ("trace", "t.http", f"traceparent: 00-{d(32, HEX)}-{d(16, HEX)}-01\n"),
        ("SSH public key", "k.pub", f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{m(43, BASE64)} me@host\n"),
        ("RSA public key", "authorized_keys", f"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{m(500, BASE64)}= me@host\n"),
        ("known host", "known_hosts", f"github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{m(43, BASE64)}\n"),
        ("SSH fingerprint", "k.md", f"the key's fingerprint is SHA256:{m(43, BASE64)}\n"),
        ("certificate", "c.pem", make.armor("CERTIFICATE")),
        ("public key in PEM", "p.pem", make.armor("PUBLIC KEY", lines=6)),
        ("PGP public key", "p.asc", make.armor("PGP PUBLIC KEY BLOCK")),
        ("PGP signature", "a.sig", make.armor("PGP SIGNATURE", lines=5)),
        ("age recipient", ".sops.yaml", f"    age: age1{d(58, BECH32.lower())}\n"),
        ("age ciphertext", "a.age", make.armor("AGE ENCRYPTED FILE", lines=5)),
        ("Nix public key", "flake.nix", f'trusted-public-keys = [ "name.cachix.org-1:{m(43, BASE64)}=" ];\n'),
        ("minisign public key", "m.md", f"minisign -P RW{m(54, BASE64)}\n"),
        ("Ethereum address", "e.ts", f'const token = "0x{d(40, HEX)}";\n'),
        ("Stripe publishable key", "s.js", f'Stripe("pk_{"live"}_{m(24)}")\n'),
        ("public key by name", "p.env", f"RECAPTCHA_SITE_KEY={m(40)}\nPUBLIC_KEY={m(43, BASE64)}=\n"),
        ("value that SOPS encrypted", "a.sops.yaml", f"API_TOKEN: ENC[AES256_GCM,data:{m(40, BASE64)},iv:{m(43, BASE64)}=,tag:{m(22, BASE64)}==,type:str]\n"),
        ("data key that SOPS encrypted", "b.sops.yaml", "sops:\n  age:\n    - enc: |\n        " + make.armor("AGE ENCRYPTED FILE", "\n        ", 4) + "\n"),
        ("Ansible vault", "vault.yml", f"password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {d(80, HEX)}\n  {d(80, HEX)}\n"),
        # data
        ("picture in a style sheet", "a.css", f"a {{ background: url(data:image/png;base64,{picture}) }}\n"),
        ("picture in a page", "a.html", f'<img src="data:image/png;base64,{picture}">\n'),
        ("picture in a notebook", "a.ipynb", f'"image/png": "{picture}"\n'),
        ("font", "f.css", f"src: url(data:font/woff2;base64,d09GMgABAAAAA{m(400, BASE64)})\n"),
        ("source map", "a.js", f"//# sourceMappingURL=data:application/json;base64,{mapping}\n"),
        ("random bytes", "noise.bin", "".join(chr(make.random.randrange(32, 0x500)) for _ in range(5000))),
        ("random letters and digits", "noise.txt", "\n".join(m(60) for _ in range(40))),
        ("table of numbers", "n.csv", "\n".join(d(60, string.digits) for _ in range(40))),
        # names of code
        ("member of a tokenizer", "Lexer.cs", "token = tokenizer.NextToken2ForLexerState.Value\n"),
        ("tokens of a grammar", "p.py", 'tokens = lexer.tokenize(text2)\nnext_token = self.tokens[position_of_next_token2]\n'),
        ("type of a parameter", "t.py", "def login(password: str, token: Optional[AccessTokenV2Response] = None) -> None: ...\n"),
        ("constant's name", "H.java", 'public static final String TOKEN_HEADER = "X-Auth-Token-Version2";\n'),
        ("reading the environment", "e.py", 'API_KEY = os.environ["SERVICE1_API_KEY"]\npassword = os.getenv("DATABASE2_PASSWORD")\n'),
        ("reading it in JavaScript", "e.js", "const apiKey = process.env.SERVICE1_API_KEY_PRODUCTION;\n"),
        ("reading it in Ruby", "e.rb", "secret_key_base = ENV.fetch('SECRET_KEY_BASE_V2')\n"),
        ("reading it in Rust", "e.rs", 'let token = std::env::var("SERVICE1_TOKEN_V2").unwrap();\n'),
        ("asking for a password", "a.py", "password = getpass.getpass('Password2: ')\n"),
        ("widget", "W.java", "String password = loginFormPanel2.passwordField.getText();\n"),
        ("secret's name in Kubernetes", "d.yaml", "secretKeyRef:\n  name: my-app-2-database-credentials\n  key: password-for-postgres-14\n"),
        ("name of a secret", "d.tf", "secret_name = \"production/app2/database-credentials\"\n"),
        ("ARN of a secret", "arn.tf", 'secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/app2-AbCdEf"\n'),
        ("path of a key", "p.env", "PRIVATE_KEY=/etc/ssl/private/server2-2026.key\nTOKEN_FILE=/run/secrets/token_v2\n"),
        ("address of a token service", "u.env", "TOKEN_URL=https://login.example.org/oauth2/v2.0/token\n"),
        ("name of a model", "m.yaml", "tokenizer: bert-large-uncased-whole-word-masking-finetuned-squad2\n"),
        ("numbers of tokens", "m.json", '{"max_tokens": 4096, "pad_token": "<|endoftext|>", "token": "1234567890"}\n'),
        ("words", "w.md", "The secret: reading-comprehension-for-everybody-in-20-days is a book.\n"),
        ("rule for passwords", "r.json", '{"passwordRules": "minlength: 20; required: lower; required: digit"}\n'),
        ("error message", "e.go", 'errPassword := errors.New("password: must-have-8-characters-or-more")\n'),
        ("translation", "de.json", '{"password": "Passwort", "token": "Zugriffstoken", "secret": "Geheimnis"}\n'),
        ("minified code", "v.min.js", "t.token=e.nextToken2,t.secret=n(4096),t.password=function(){return a.b3C4d5.e6F7g8()}\n"),
        ("assignment of the same name", "s.py", "client = Client(api_key=api_key, token=self.access_token_v2, password=PASSWORD_2)\n"),
        ("long names", "l.py", "SECRET_KEY_NAME = ENVIRONMENT_VARIABLE_FOR_SECRET_KEY_V2_BASE64\n"),
        ("CSS classes", "c.html", '<p class="token keyword-2 token-punctuation-3">\n'),
        ("feature", "f.toml", 'token-exchange = ["dep:oauth2", "reqwest/rustls-tls-native-roots"]\n'),
        ("expression of a specification", "chunk.json", '{"name": "token_bound", "expr": "forall(i in 1..8)(x[i] <= N div 2) /\\\\ T_int = x[1]+x[2]"}\n'),
        ("Lean text", "A.lean", "theorem secret_key : token_valid witness2 := by decide\n"),
        # placeholders
        ("angle brackets", "a.md", "token = <token>\npassword: <your-password-1>\nAuthorization: Bearer <TOKEN_V2>\n"),
        ("secret of a workflow", "a.yml", "token: ${{ secrets.SERVICE1_API_TOKEN }}\nSOPS_AGE_KEY: ${{ secrets.SOPS_AGE_KEY }}\n"),
        ("variable of a shell", "a.sh", 'TOKEN="$SERVICE1_TOKEN"\nPASSWORD=${DB2_PASSWORD:-}\ncurl -u "$ME:$PASSWORD" -H "Authorization: Bearer $TOKEN"\n'),
        ("output of a command", "b.sh", 'API_KEY=$(vault read -field=api_key secret/service1/production)\nTOKEN=`cat ~/.token2`\n'),
        ("template", "a.tpl", 'password: "{{ .Values.database2.password }}"\ntoken: {{ token_v2 }}\nsecret: {% secret %}\n'),
        ("format", "a.c", 'printf("password=%s&token=%s", p, t);\n'),
        ("string to fill in", "f.py", 'url = f"https://{user}:{password}@example.org/?token={token_v2}"\n'),
        ("your key here", "a.env", "API_KEY=your-api-key-here-123\nSECRET_KEY=replace_this_with_your_own_secret_1\n"),
        ("crosses", "b.env", "API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nTOKEN=XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX\nPASSWORD=********************\n"),
        ("zeros", "c.env", "API_KEY=00000000000000000000000000000000\nSECRET=0123456789abcdef0123456789abcdef\n"),
        ("to be changed", "d.env", "PASSWORD=changeme123\nSECRET=PLACEHOLDER\nTOKEN=dummy-token-for-tests-1\n"),
        ("nothing", "e.env", 'PASSWORD=\nTOKEN=""\nsecret: null\npassword: ~\napi_key: false\n'),
        # documentation
        ("AWS's documented keys", "aws.md", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"),
        ("AWS's other documented keys", "aws2.md", "AKIAI44QH8DHBEXAMPLE with je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n"),
        ("user and password in a URL", "url.md", "https://user:password@example.com\npostgres://postgres:postgres@localhost:5432/postgres\n"),
        ("placeholders in a URL", "url2.md", "mongodb://<username>:<password>@cluster.example.net/\npostgresql://${USER}:${PASSWORD}@host/db\n"),
        ("at signs in URLs", "url3.md", "https://medium.com/@user12/abc-4f2a1c https://cdn.jsdelivr.net/npm/@scope/a@1.2.3 git@github.com:o/r2.git ssh://git@host:2222/r\n"),
        ("shape of a key", "k.md", f"keys look like ghp_{'x' * 36}, hf_{'x' * 34}, sk-..., sk-proj-... or AKIA{'X' * 16}\n"),
        ("documented webhook", "h.md", f"https://hooks.slack.com/services/T{'0' * 8}/B{'0' * 8}/{'X' * 24}\n"),
        ("beginning of a private key", "p.md", "a file that begins with -----BEGIN PRIVATE KEY----- or -----BEGIN OPENSSH PRIVATE KEY-----\n"),
        ("cut private key", "p2.md", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n"),
        ("head of a JSON web token", "j.md", "the first part of a token is eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\n"),
        ("pattern of a key", "k.py", r'PATTERN = re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}|xox[abposr]-[A-Za-z0-9-]{10,}|AKIA[A-Z2-7]{16}")' + "\n"),
        ("netrc's form", "n.md", "machine example.org login USER password PASSWORD\n"),
    ]  # fmt: skip
