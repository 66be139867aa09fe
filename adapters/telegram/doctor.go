package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// A Level says how much a finding matters.
type Level string

// The levels of findings.
const (
	Fine  Level = "fine"
	Note  Level = "note"  // the bot works, but people may miss something
	Fault Level = "fault" // the bot does not work
)

// A Finding is what one check of the doctor found.
type Finding struct {
	Check  string // a word: config, token, webhook, poller, privacy, groups, inline, guest, commands, clock
	Level  Level
	Text   string // what is found
	Advice string // what to do about it, with the words to send to @BotFather; empty where it is fine
}

// Doctor checks how the bot is set up at Telegram and changes nothing there. It asks for updates without confirming any, for a
// few seconds; a bot that runs meanwhile with the same token is found as another poller.
func Doctor(ctx context.Context, cfg Config, core Core) []Finding {
	if err := cfg.Check(); err != nil {
		return []Finding{{"config", Fault, err.Error(), "Correct the configuration first."}}
	}
	cfg = cfg.filled()
	d := &doctor{ctx: ctx, cfg: cfg, core: core, api: newClient(cfg, newCounters(), slog.New(slog.DiscardHandler))}
	if !d.token() {
		return d.found
	}
	if d.webhook() {
		d.poller()
	}
	d.account()
	d.menus()
	d.clock()
	return d.found
}

type doctor struct {
	ctx   context.Context
	cfg   Config
	core  Core
	api   *client
	me    account
	found []Finding
}

func (d *doctor) find(check string, level Level, text, advice string) {
	d.found = append(d.found, Finding{check, level, text, advice})
}

// failed notes a call that did not work.
func (d *doctor) failed(check string, err error) {
	d.find(check, Fault, "Telegram does not answer as it should: "+err.Error(), "See whether this machine reaches "+d.cfg.APIURL+", and whether a proxy is in between.")
}

func (d *doctor) token() bool {
	err := d.api.try(d.ctx, "getMe", nil, &d.me)
	var e *Error
	switch {
	case err == nil:
		d.find("token", Fine, "the token is @"+d.me.Username+"'s", "")
	case errors.As(err, &e) && (e.Code == 401 || e.Code == 404):
		d.find("token", Fault, "Telegram refuses the token", tokenAdvice+".")
	default:
		d.failed("token", err)
	}
	return err == nil
}

// webhook compares where updates go with what is configured, and says whether polling is possible.
func (d *doctor) webhook() bool {
	var info struct {
		URL         string `json:"url"`
		Pending     int    `json:"pending_update_count"`
		LastError   string `json:"last_error_message"`
		LastErrorAt int64  `json:"last_error_date"`
	}
	if err := d.api.try(d.ctx, "getWebhookInfo", nil, &info); err != nil {
		d.failed("webhook", err)
		return false
	}
	want := d.cfg.Webhook.URL
	switch {
	case want == "" && info.URL != "":
		d.find("webhook", Note, "a webhook is set, to "+host(info.URL)+", and this bot is configured to poll", "When the bot starts it removes that webhook. Stop whatever set it first, or configure the webhook here.")
	case want != "" && info.URL == "":
		d.find("webhook", Note, "no webhook is set yet", "The bot sets it when it starts.")
	case want != info.URL:
		d.find("webhook", Note, "the webhook that is set goes to "+host(info.URL)+", not to what is configured", "When the bot starts it sets its own. Stop whatever set the other first.")
	case want != "":
		d.find("webhook", Fine, "the webhook is set as configured", "")
	default:
		d.find("webhook", Fine, "no webhook is set, so the bot can poll", "")
	}
	if info.LastError != "" {
		d.find("webhook", Note, fmt.Sprintf("the last delivery that failed, at %s: %s", time.Unix(info.LastErrorAt, 0).UTC().Format(time.RFC3339), info.LastError),
			"If it is recent, see whether the address can be reached from outside and has a valid certificate.")
	}
	if info.Pending > 100 {
		d.find("webhook", Note, fmt.Sprintf("%d updates wait to be fetched", info.Pending), "The bot answers them when it starts, as far as they are less than a day old.")
	}
	return info.URL == ""
}

// poller finds out whether another program polls: it ends a poll that begins while the other waits.
func (d *doctor) poller() {
	ctx, cancel := context.WithTimeout(d.ctx, 20*time.Second)
	defer cancel()
	// Another poller comes back after at most three seconds, as a rule.
	p := tgbotapi.Params{"timeout": "5", "limit": "1"}
	p.AddInterface("allowed_updates", allowedUpdates)
	err := d.api.try(ctx, "getUpdates", p, nil)
	var e *Error
	switch {
	case err == nil:
		d.find("poller", Fine, "nobody else polls with this token", "")
	case errors.As(err, &e) && e.Code == 409:
		d.find("poller", Fault, "another program polls with this token", "Stop it, or send /revoke to @BotFather, choose @"+d.me.Username+" and use the new token here alone. If it is this bot, all is well.")
	default:
		d.failed("poller", err)
	}
}

// account looks at what @BotFather sets.
func (d *doctor) account() {
	name := "@" + d.me.Username
	if d.me.CanJoinGroups {
		d.find("groups", Fine, "the bot can be added to groups", "")
	} else {
		d.find("groups", Note, "the bot cannot be added to groups", "Send /setjoingroups to @BotFather, choose "+name+" and press Enable.")
	}
	if d.me.ReadsAllGroups {
		d.find("privacy", Fine, "privacy mode is off: the bot hears mentions in groups", "")
	} else {
		d.find("privacy", Note, "privacy mode is on: in groups the bot gets commands and replies to it, not mentions",
			"To let it hear mentions, send /setprivacy to @BotFather, choose "+name+" and press Disable; then remove the bot from each group and add it again.")
	}
	if d.me.Inline {
		d.find("inline", Fine, "inline mode is on", "")
	} else {
		d.find("inline", Note, "inline mode is off: nobody can type "+name+" in other chats, and answers have no Share button",
			"Send /setinline to @BotFather, choose "+name+" and send a hint such as: Ask about the summit")
	}
	if d.me.Guest {
		d.find("guest", Fine, "guest mode is on", "")
	} else {
		d.find("guest", Note, "guest mode is off: "+name+" cannot be mentioned where it is no member",
			"Open @BotFather, press Open to start its app, choose "+name+", and switch Guest Mode on in its settings.")
	}
}

// menus compares the menus that people see with the core's commands.
func (d *doctor) menus() {
	for _, m := range menus(d.core.Commands()) {
		same, err := d.api.sameMenu(d.ctx, m)
		if err != nil {
			d.failed("commands", err)
			return
		}
		if !same {
			d.find("commands", Note, "the menu of commands is out of date", "The bot sets it when it starts. Nothing has to be sent to @BotFather.")
			return
		}
	}
	d.find("commands", Fine, "the menu of commands is up to date", "")
}

// clock compares this machine's time with the server's.
func (d *doctor) clock() {
	req, err := http.NewRequestWithContext(d.ctx, http.MethodHead, d.cfg.APIURL, nil)
	if err != nil {
		return
	}
	began := time.Now()
	resp, err := d.api.http.Do(req)
	if err != nil {
		d.failed("clock", withoutURL(err))
		return
	}
	resp.Body.Close()
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		d.find("clock", Note, "Telegram does not say what time it is", "")
		return
	}
	ours := began.Add(time.Since(began) / 2)
	if off := ours.Sub(theirs).Round(time.Second); off.Abs() > 30*time.Second {
		d.find("clock", Note, "this machine's clock is off by "+off.String(), "Set it by a time server: certificates and log lines go by it.")
	} else {
		d.find("clock", Fine, "this machine's clock agrees with Telegram's", "")
	}
}

// host is the part of an address that may be shown: a webhook's path or password may be a secret.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	return u.Host
}
