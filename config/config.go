// Package config is what an operator can set, read from the environment, from flags that say the same, and from files that
// hold secrets.
//
// A setting is a field of Config: its tags say all there is to say about it, and the flags, the checks, the table in
// docs/configuration.md and the output of `summitbot config` follow from them. A new setting is a new field.
package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
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
	Discord   Discord
	Telegram  Telegram
	Knowledge Knowledge
	Log       Log
	Run       Run
}

// Discord is what the Discord adapter needs. It starts when it has a token.
type Discord struct {
	Token Secret `env:"DISCORD_TOKEN" help:"The bot's token from Discord's developer portal. With it, the bot serves Discord."`
	API   URL    `env:"SUMMITBOT_DISCORD_API_URL" default:"https://discord.com/api" want:"an http or https URL" help:"Where Discord's API is: another address for tests and proxies."`

	Server         IDs    `env:"SUMMITBOT_DISCORD_SERVER" want:"the id of one server" help:"Register the commands in this server alone, to try them out: there they appear at once."`
	MessageContent Switch `env:"SUMMITBOT_DISCORD_MESSAGE_CONTENT" default:"off" want:"on or off" help:"Ask Discord for the privileged message-content intent, which only plain questions in listed channels need."`
	Channels       IDs    `env:"SUMMITBOT_DISCORD_CHANNELS" want:"ids of channels, separated by commas" help:"Answer plain questions in these channels as well, if message content is on."`
	Shards         Shards `env:"SUMMITBOT_DISCORD_SHARDS" want:"a total such as 4, or which of how many, such as 0-3/16" help:"Which shards this process runs. Without it, as many as Discord recommends."`
}

// Telegram is what the Telegram adapter needs. It starts when it has a token.
type Telegram struct {
	Token Secret `env:"TELEGRAM_TOKEN" help:"The bot's token from @BotFather. With it, the bot serves Telegram."`
	API   URL    `env:"SUMMITBOT_TELEGRAM_API_URL" default:"https://api.telegram.org" want:"an http or https URL" help:"Where Telegram's Bot API is: another address for tests, proxies and a Bot API server of one's own."`
}

// Knowledge is what the bot answers from.
type Knowledge struct {
	Dir Dir `env:"SUMMITBOT_KB" want:"a folder that exists" help:"A folder with another knowledge base. Without it, the one in the program answers."`
}

// Log is how the program reports on itself, on standard error.
type Log struct {
	Level  slog.Level `env:"SUMMITBOT_LOG_LEVEL" default:"info" want:"debug, info, warn or error" help:"The least important lines that are logged."`
	Format LogFormat  `env:"SUMMITBOT_LOG_FORMAT" default:"auto" want:"auto, text or json" help:"How lines are logged: auto is text on a terminal and JSON elsewhere."`
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
