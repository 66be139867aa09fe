package telegram

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// A Config says how to reach Telegram. Only Token has to be given.
type Config struct {
	Token  string // from @BotFather: "123456:ABC…"
	APIURL string // stands for https://api.telegram.org: no path, no slash at the end, one tolerated. Empty is Telegram's own

	Webhook      Webhook // the zero value polls
	AllowedChats []int64 // answer in these chats alone, and inline to these users; empty: everywhere

	Pace  *Pace         // how fast to send; nil is DefaultPace
	Drain time.Duration // how long Run goes on sending after its context ends; 0 is 10 seconds
	Queue int           // how many updates may wait for their answers; 0 is 1,000
}

// A Webhook says where Telegram delivers updates. An empty URL means long polling.
type Webhook struct {
	URL    string // public https address, with the path that Telegram calls
	Path   string // what the server here listens for, where a proxy changes the path; empty: the URL's
	Listen string // address to listen on; empty is ":8443"
	Secret string // 1 to 256 of A-Z a-z 0-9 _ -; empty: made from the token

	Certificate string // file with the certificate of the URL in PEM, for Telegram to trust where no authority has signed it
}

// A Pace is how fast messages may leave.
type Pace struct {
	All   Rate // over all chats
	Chat  Rate // in one chat
	Group Rate // in one group, on top of Chat
}

// A Rate is at most N messages within any span of Per. The zero value sets no limit.
type Rate struct {
	N   int
	Per time.Duration
}

// DefaultPace keeps to what https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
// names: 30 messages a second, one a second in a chat and 20 a minute in a group.
var DefaultPace = Pace{
	All:   Rate{29, time.Second},
	Chat:  Rate{1, time.Second},
	Group: Rate{20, time.Minute},
}

const telegramURL = "https://api.telegram.org"

var (
	tokenForm  = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// Check names everything that is wrong with the configuration, never quoting the token.
func (c Config) Check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if token := strings.TrimSpace(c.Token); token == "" {
		fault("the Telegram token is empty: get one from @BotFather with /newbot")
	} else if !tokenForm.MatchString(token) {
		fault("the Telegram token does not look like one: want digits, a colon and 35 letters, as @BotFather shows it")
	}
	if c.APIURL != "" {
		u, err := url.Parse(c.APIURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			fault("the Telegram API URL has to be like %s", telegramURL)
		} else if strings.Trim(u.Path, "/") != "" || strings.HasSuffix(u.Path, "//") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			fault("the Telegram API URL is the scheme and host alone, like %s: no path, no query, no password", telegramURL)
		}
	}
	if c.Webhook.URL != "" {
		u, err := url.Parse(c.Webhook.URL)
		// A Bot API server of one's own may call plain http; Telegram's may not.
		if err != nil || u.Host == "" || (u.Scheme != "https" && (u.Scheme != "http" || c.APIURL == "" || c.APIURL == telegramURL)) {
			fault("the Telegram webhook URL has to be an https:// address that Telegram can reach")
		}
		if c.Webhook.Path != "" && !strings.HasPrefix(c.Webhook.Path, "/") {
			fault("the Telegram webhook path has to begin with a slash")
		}
	}
	if c.Webhook.Secret != "" && !secretForm.MatchString(c.Webhook.Secret) {
		fault("the Telegram webhook secret may hold 1 to 256 of A-Z, a-z, 0-9, _ and -")
	}
	return errors.Join(faults...)
}

// filled is the configuration with its defaults.
func (c Config) filled() Config {
	c.Token = strings.TrimSpace(c.Token)
	if c.APIURL == "" {
		c.APIURL = telegramURL
	}
	c.APIURL = strings.TrimSuffix(c.APIURL, "/")
	if c.Pace == nil {
		c.Pace = &DefaultPace
	}
	if c.Drain == 0 {
		c.Drain = 10 * time.Second
	}
	if c.Queue == 0 {
		c.Queue = 1000
	}
	w := &c.Webhook
	if w.Listen == "" {
		w.Listen = ":8443"
	}
	if w.Path == "" {
		if u, err := url.Parse(w.URL); err == nil {
			w.Path = u.Path
		}
		if w.Path == "" {
			w.Path = "/"
		}
	}
	if w.Secret == "" {
		// Every instance of the bot has to come to the same secret, and nobody else may.
		sum := sha256.Sum256([]byte("summitbot webhook " + c.Token))
		w.Secret = hex.EncodeToString(sum[:])
	}
	return c
}
