// Package config is what an operator can set, read from the environment, from flags that say the same, from a file with
// settings, and from files that hold secrets.
//
// A setting is a field of Config: its tags say all there is to say about it, and the flags, the checks, the table in
// docs/configuration.md and the output of `summitbot config` follow from them. A new setting is a new field.
package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config is the whole configuration. The fields' tags:
//
//	env      the variable; its flag is the same name in small letters with hyphens, without SUMMITBOT_
//	default  what holds when nothing is set, in the same form as the variable
//	want     the form of the value, to stand after "want"; no tag takes any text
//	help     what it is for, a sentence or two
type Config struct {
	File      File
	Discord   Discord
	Telegram  Telegram
	Knowledge Knowledge
	Limits    Limits
	Ops       Ops
	Log       Log
	Run       Run
}

// File is where settings may stand together.
type File struct {
	Path FilePath `env:"SUMMITBOT_CONFIG" want:"a YAML file" help:"A file with settings, by the names of their flags without the dashes. What is set otherwise outweighs it."`
}

// Discord is what the Discord adapter needs. It starts when it has a token.
type Discord struct {
	Token Secret `env:"DISCORD_TOKEN" help:"The bot's token from Discord's developer portal. With it, the bot serves Discord."`
	API   URL    `env:"SUMMITBOT_DISCORD_API_URL" default:"https://discord.com/api" want:"an http or https URL" help:"Where Discord's API is: another address for tests and proxies."`

	Server         IDs    `env:"SUMMITBOT_DISCORD_SERVER" want:"the id of one server" help:"Register the commands in this server alone, to try them out: there they appear at once."`
	MessageContent Switch `env:"SUMMITBOT_DISCORD_MESSAGE_CONTENT" default:"off" want:"on or off" help:"Ask Discord for the privileged message-content intent, which only plain questions in listed channels need."`
	Channels       IDs    `env:"SUMMITBOT_DISCORD_CHANNELS" want:"ids of channels, separated by commas" help:"Answer plain questions in these channels and their threads as well, if message content is on."`
	Servers        IDs    `env:"SUMMITBOT_DISCORD_ALLOWED_SERVERS" want:"ids of servers, separated by commas" help:"Answer in these servers alone, and in private. Without it, in all."`
	Allowed        IDs    `env:"SUMMITBOT_DISCORD_ALLOWED_CHANNELS" want:"ids of channels, separated by commas" help:"Answer in these channels alone, and in private. Without it, in all."`
	Shards         Shards `env:"SUMMITBOT_DISCORD_SHARDS" want:"a total such as 4, or which of how many, such as 0-3/16" help:"Which shards this process runs. Without it, as many as Discord recommends."`
}

// Telegram is what the Telegram adapter needs. It starts when it has a token.
type Telegram struct {
	Token         Secret   `env:"TELEGRAM_TOKEN" help:"The bot's token from @BotFather. With it, the bot serves Telegram."`
	API           URL      `env:"SUMMITBOT_TELEGRAM_API_URL" default:"https://api.telegram.org" want:"an http or https URL" help:"Where Telegram's Bot API is: another address for tests, proxies and a Bot API server of one's own."`
	Webhook       URL      `env:"SUMMITBOT_TELEGRAM_WEBHOOK_URL" want:"an https URL" help:"The public address that Telegram delivers updates to. Without it, the bot fetches them."`
	WebhookPath   Path     `env:"SUMMITBOT_TELEGRAM_WEBHOOK_PATH" want:"a path that begins with a slash" help:"The path that the bot listens for, where a proxy in between changes it. Without it, the webhook URL's."`
	WebhookListen Address  `env:"SUMMITBOT_TELEGRAM_WEBHOOK_LISTEN" default:":8443" want:"an address such as :8443 or 127.0.0.1:8443" help:"Where the bot listens for the webhook, in plain HTTP behind a proxy that has the certificate."`
	WebhookSecret Secret   `env:"SUMMITBOT_TELEGRAM_WEBHOOK_SECRET" help:"What Telegram proves itself with, 1 to 256 of A-Z, a-z, 0-9, _ and -. Without it, one that is made from the token."`
	WebhookCert   CertFile `env:"SUMMITBOT_TELEGRAM_WEBHOOK_CERT" want:"a file that exists" help:"A file with the webhook's certificate in PEM, for Telegram to trust where no authority has signed it."`
	Chats         ChatIDs  `env:"SUMMITBOT_TELEGRAM_CHATS" want:"numbers with commas between" help:"Ids of the chats that are answered, groups' ids being negative, and of the users who may ask inline. Without it, all."`
	Pace          Pace     `env:"SUMMITBOT_TELEGRAM_PACE" default:"limits" want:"limits or none" help:"Whether messages keep to Telegram's limits: 30 a second, one a second in a chat, 20 a minute in a group. None is for tests and for a Bot API server of one's own."`
}

// Knowledge is what the bot answers from.
type Knowledge struct {
	Dir   Dir           `env:"SUMMITBOT_KB" want:"a folder that exists" help:"A folder with another knowledge base. Without it, the one in the program answers."`
	Watch time.Duration `env:"SUMMITBOT_KB_WATCH" default:"10s" want:"a duration such as 20s or 1m" help:"How often that folder is looked at; changed files are loaded once they stay the same from one look to the next. 0s never looks, so that only SIGHUP reloads."`
}

// Limits are how much may be asked. Who asks more is told so once, and then not answered for a while.
type Limits struct {
	User    Limit `env:"SUMMITBOT_USER_LIMIT" default:"20/1m" want:"a number and a duration such as 20/1m, or off" help:"How many messages of one person are answered in a time."`
	Channel Limit `env:"SUMMITBOT_CHANNEL_LIMIT" default:"120/1m" want:"a number and a duration such as 20/1m, or off" help:"How many messages in one channel or chat are answered in a time."`
}

// Ops is the endpoint for operators: health, readiness, metrics.
type Ops struct {
	Address Endpoint `env:"SUMMITBOT_OPS_ADDRESS" default:"127.0.0.1:8090" want:"an address such as 127.0.0.1:8090 or :8090, or off" help:"Where health, readiness and metrics are served, without any password: keep it off public addresses."`
	Profile Switch   `env:"SUMMITBOT_OPS_PPROF" default:"off" want:"on or off" help:"Serve Go's profiler there, too. It shows what is in memory."`
}

// Log is how the program reports on itself, on standard error.
type Log struct {
	Level  slog.Level `env:"SUMMITBOT_LOG_LEVEL" default:"info" want:"debug, info, warn or error" help:"The least important lines that are logged."`
	Format LogFormat  `env:"SUMMITBOT_LOG_FORMAT" default:"auto" want:"auto, text or json" help:"How lines are logged: auto is text on a terminal and JSON elsewhere."`

	IDs        LogIDs `env:"SUMMITBOT_LOG_IDS" default:"off" want:"off or hashed" help:"Whether lines say which people and channels they are about: hashed tells them apart, until the next start, and does not say who they are."`
	Unanswered Switch `env:"SUMMITBOT_LOG_UNANSWERED" default:"off" want:"on or off" help:"Log the questions that found no answer or no good one, without who asked. Only with the readers' consent."`
}

// Run is how the serving process behaves.
type Run struct {
	DrainTimeout time.Duration `env:"SUMMITBOT_DRAIN_TIMEOUT" default:"20s" want:"a duration such as 20s or 1m" help:"How long a stop waits for questions that are being answered."`
}

// A URL is an http or https address without a slash at its end.
type URL string

// UnmarshalText checks the form. A user name or password is refused, since the address is printed and logged.
func (u *URL) UnmarshalText(text []byte) error {
	parsed, err := url.Parse(string(text))
	switch {
	case err != nil:
		return err
	case parsed.Scheme != "http" && parsed.Scheme != "https", parsed.Host == "", parsed.User != nil, parsed.RawQuery != "", parsed.Fragment != "":
		return errors.New("not a plain http or https URL")
	}
	*u = URL(strings.TrimRight(string(text), "/"))
	return nil
}

// A Path is the path of a web address.
type Path string

// UnmarshalText wants a slash at the beginning.
func (p *Path) UnmarshalText(text []byte) error {
	if !strings.HasPrefix(string(text), "/") {
		return errors.New("no slash at the beginning")
	}
	*p = Path(text)
	return nil
}

// An Address is where to listen: a host, which may be left out, and a port.
type Address string

// UnmarshalText checks the form.
func (a *Address) UnmarshalText(text []byte) error {
	_, port, err := net.SplitHostPort(string(text))
	if err != nil {
		return err
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return err
	}
	*a = Address(text)
	return nil
}

// ChatIDs are numbers of chats.
type ChatIDs []int64

// UnmarshalText reads numbers with commas between them.
func (c *ChatIDs) UnmarshalText(text []byte) error {
	*c = nil
	for field := range strings.SplitSeq(string(text), ",") {
		id, err := strconv.ParseInt(strings.TrimSpace(field), 10, 64)
		if err != nil {
			return err
		}
		*c = append(*c, id)
	}
	return nil
}

// A Pace is how fast messages may leave.
type Pace string

// The paces.
const (
	PaceLimits Pace = "limits" // as fast as the platform allows
	PaceNone   Pace = "none"   // as fast as they come
)

// UnmarshalText takes only the paces that there are.
func (p *Pace) UnmarshalText(text []byte) error {
	switch Pace(text) {
	case PaceLimits, PaceNone:
		*p = Pace(text)
		return nil
	}
	return errors.New("unknown pace")
}

// A FilePath is where a file is. Whether it can be read is seen when it is.
type FilePath string

// UnmarshalText takes any text.
func (p *FilePath) UnmarshalText(text []byte) error {
	*p = FilePath(text)
	return nil
}

// A Dir is a folder that was there when the configuration was read.
type Dir string

// UnmarshalText checks that the folder exists.
func (d *Dir) UnmarshalText(text []byte) error {
	info, err := os.Stat(string(text))
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fs.ErrInvalid
	}
	*d = Dir(text)
	return nil
}

// A CertFile holds a certificate, and was there when the configuration was read.
type CertFile string

// UnmarshalText checks that the file exists.
func (f *CertFile) UnmarshalText(text []byte) error {
	info, err := os.Stat(string(text))
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fs.ErrInvalid
	}
	*f = CertFile(text)
	return nil
}

// A LogFormat is a way of writing log lines.
type LogFormat string

// The log formats.
const (
	LogAuto LogFormat = "auto" // LogText on a terminal, LogJSON elsewhere
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// UnmarshalText takes only the formats that there are.
func (f *LogFormat) UnmarshalText(text []byte) error {
	switch LogFormat(text) {
	case LogAuto, LogText, LogJSON:
		*f = LogFormat(text)
		return nil
	}
	return errors.New("unknown log format")
}

// A Limit is at most N messages within Per; the zero value is no limit.
type Limit struct {
	N   int
	Per time.Duration
}

// UnmarshalText reads "20/1m", or "off".
func (l *Limit) UnmarshalText(text []byte) error {
	*l = Limit{}
	if string(text) == Off {
		return nil
	}
	number, per, ok := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(number)
	d, errPer := time.ParseDuration(per)
	if !ok || err != nil || errPer != nil || n < 1 || n > 1_000_000 || d < time.Second || d > 24*time.Hour {
		return errors.New("no limit")
	}
	*l = Limit{n, d}
	return nil
}

// Off is what is written where something is not wanted.
const Off = "off"

// An Endpoint is an Address, or Off.
type Endpoint string

// UnmarshalText takes what Address takes, or Off.
func (e *Endpoint) UnmarshalText(text []byte) error {
	if string(text) != Off {
		var a Address
		if err := a.UnmarshalText(text); err != nil {
			return err
		}
	}
	*e = Endpoint(text)
	return nil
}

// LogIDs is what lines say of ids.
type LogIDs string

// What lines may say of ids.
const (
	IDsOff    LogIDs = "off"
	IDsHashed LogIDs = "hashed"
)

// UnmarshalText takes only what there is.
func (i *LogIDs) UnmarshalText(text []byte) error {
	switch LogIDs(text) {
	case IDsOff, IDsHashed:
		*i = LogIDs(text)
		return nil
	}
	return errors.New("unknown form of ids")
}
