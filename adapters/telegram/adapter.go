// Package telegram connects the core to Telegram: updates become bot.Messages, bot.Replies become messages, buttons and
// inline results. It decides nothing about what is answered.
//
// An update comes in by long polling (poll.go) or a webhook (webhook.go). Both hand it to takeOn, which reads it, drops what
// came before and puts it into the lane of its chat (lanes.go). There receive.go asks whether it is for the bot and what the
// core says to it, render.go gives the reply Telegram's form, and send.go sends it at the pace that Telegram allows (pace.go).
// Every call to the Bot API goes through one function (api.go), which keeps the token out of everything that is printed.
//
// The library, telegram-bot-api, ends with Bot API 5.5 of 2021. It makes the calls and lends its types for what has not
// changed since; types.go has the rest.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	lru "github.com/hashicorp/golang-lru/v2"

	"summitbot/adapters/request"
	"summitbot/bot"
)

// A Core is what the adapter needs of the bot.
type Core interface {
	Reply(ctx context.Context, m bot.Message) bot.Reply
	Commands() []bot.Command
	Complete(command, option, typed string, limit int) []bot.Choice
}

// Fatal is a fault that only the operator can mend, such as a refused token. Trying again is of no use.
type Fatal struct {
	Advice string // a sentence for the operator: what is wrong and what to do
	Err    error  // what Telegram said
}

func (f *Fatal) Error() string { return f.Advice }
func (f *Fatal) Unwrap() error { return f.Err }

// Fatal says that running the adapter again is of no use.
func (f *Fatal) Fatal() bool { return true }

// An Adapter is one bot account on Telegram. Make it with New and let it Run once.
type Adapter struct {
	cfg    Config
	core   Core
	log    *slog.Logger
	api    *client
	stats  *counters
	timing timing

	me    atomic.Pointer[account]
	inbox *inbox
	work  lanes // reads, asks the core, acknowledges
	out   lanes // sends, at Telegram's pace
	jobs  context.Context
	acks  sync.WaitGroup // calls under way that no update waits for

	allow    map[int64]bool                    // chats that may ask; empty: all
	commands map[string]bool                   // the bot's commands
	moved    *lru.Cache[int64, int64]          // group → the supergroup it became
	before   *lru.Cache[int64, int64]          // the same the other way round
	answers  *lru.Cache[messageKey, *answered] // of late, in private chats
	messages *lru.Cache[messageKey, struct{}]  // answered of late
	albums   *lru.Cache[string, struct{}]      // seen of late

	mu    sync.Mutex
	fault string // why it does not receive; empty while it does
}

// timing is what tests make shorter.
type timing struct {
	poll   time.Duration // how long getUpdates waits at the server
	settle time.Duration // how long the next getUpdates waits for answers under way, at most
	hold   time.Duration // how long an answer under way may keep new questions away
	keep   time.Duration // how long it keeps its update unconfirmed otherwise
	typing time.Duration // after how long the bot is seen typing
}

var usualTiming = timing{poll: 30 * time.Second, settle: 150 * time.Millisecond, hold: 15 * time.Second, keep: 2 * time.Minute, typing: 500 * time.Millisecond}

// New makes an adapter, or says all that is wrong with its configuration. Nothing is sent before Run.
func New(cfg Config, core Core, log *slog.Logger) (*Adapter, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cfg = cfg.filled()
	stats := newCounters()
	a := &Adapter{
		cfg: cfg, core: core, log: log, api: newClient(cfg, stats, log), stats: stats, timing: usualTiming,
		inbox: newInbox(cfg.Queue), fault: "not connected yet",
		allow: map[int64]bool{}, commands: map[string]bool{"start": true}, moved: remember[int64, int64](1000), before: remember[int64, int64](1000),
		answers: remember[messageKey, *answered](5000), messages: remember[messageKey, struct{}](5000),
		albums: remember[string, struct{}](500),
	}
	for _, c := range core.Commands() {
		a.commands[c.Name] = true
	}
	for _, id := range cfg.AllowedChats {
		a.allow[id] = true
	}
	return a, nil
}

// Run receives and answers until the context ends, then finishes what it has taken on. It returns a *Fatal when there is no
// point in running on, and nil when it was told to end.
func (a *Adapter) Run(ctx context.Context) error {
	jobs, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	a.jobs = jobs
	err := a.connect(ctx)
	if err == nil {
		a.acks.Go(func() { a.introduce(ctx) })
	}
	if err == nil && a.cfg.Webhook.URL != "" {
		err = a.serve(ctx)
	} else if err == nil {
		err = a.poll(ctx)
	}
	if ctx.Err() != nil {
		a.setFault("shut down")
		return nil
	}
	a.setFault(err.Error())
	return err
}

// connect finds out who the bot is. It goes on trying while Telegram is out of reach.
func (a *Adapter) connect(ctx context.Context) error {
	var me account
	if err := a.insist(ctx, "getMe", nil, &me); err != nil {
		return err
	}
	a.me.Store(&me)
	a.log.Info("connected to Telegram", "bot", "@"+me.Username, "inline", me.Inline, "guest", me.Guest, "privacy", !me.ReadsAllGroups)
	return nil
}

// insist makes a call without which the bot cannot begin, for as long as that may help.
func (a *Adapter) insist(ctx context.Context, method string, params tgbotapi.Params, into any, files ...tgbotapi.RequestFile) error {
	for n := 1; ; n++ {
		err := a.api.try(ctx, method, params, into, files...)
		if err == nil || ctx.Err() != nil {
			return err
		}
		pause, fatal := a.trouble(err, n)
		if fatal != nil {
			return fatal
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// conflictPause is how long the bot stays out of the way of another poller or a webhook, and up to half as long again.
const conflictPause = 2 * time.Second

const tokenAdvice = "Telegram refuses the token: open @BotFather, send /mybots, choose the bot and “API Token”, and set TELEGRAM_TOKEN to what it shows"

// trouble says how long to wait after the n-th failure in a row to connect or to poll, or why waiting is of no use. It tells
// the operator once, not every time.
func (a *Adapter) trouble(err error, n int) (time.Duration, *Fatal) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Description: err.Error()}
	}
	pause, advice := backoff(n), ""
	switch {
	case e.Code == 401:
		return 0, &Fatal{tokenAdvice, err}
	case e.Code == 404:
		return 0, &Fatal{tokenAdvice + "; if that is right, SUMMITBOT_TELEGRAM_API_URL is not the address of a Bot API server", err}
	case e.Code == 409 && e.says("webhook"):
		pause = max(pause, conflictPause+rand.N(conflictPause/2))
		advice = "a webhook is set for this bot, so it cannot poll: stop the instance that sets it, or give this one its webhook URL too"
	case e.Code == 409:
		// Each poll ends the other's. While they take turns that often, both answer what comes in between.
		pause = max(pause, conflictPause+rand.N(conflictPause/2))
		advice = "another program polls with the same token: stop it, or give this one a token of its own"
	case e.Code == 429:
		pause = max(e.RetryAfter, pause)
		advice = "Telegram asks to wait"
	case e.Code >= 500 || e.Code == 0:
		advice = "Telegram is out of reach"
	case e.Code >= 400:
		// Such a call will be refused again, but its cause may go away.
		pause, advice = max(pause, 15*time.Second), "Telegram refuses a call that the bot cannot do without"
	}
	a.setFault(advice + " (" + e.Error() + ")")
	a.stats.reconnects.Add(1)
	level := slog.LevelDebug
	if n == 1 || n == 5 || n%100 == 0 {
		level = slog.LevelWarn
	}
	a.log.Log(context.Background(), level, advice, "error", err, "failures", n, "wait", pause.Round(time.Millisecond).String())
	return pause, nil
}

// setFault notes why nothing is received, or with an empty reason that all is well.
func (a *Adapter) setFault(why string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = why
}

// Stats is what the adapter has done so far. It may be asked for at any time.
func (a *Adapter) Stats() Stats {
	s := a.stats.stats()
	a.mu.Lock()
	s.Fault = a.fault
	a.mu.Unlock()
	s.Ready = s.Fault == ""
	_, since, n := a.inbox.oldest()
	s.Queue = n
	if n > 0 {
		s.Oldest = time.Since(since)
	}
	return s
}

// Ready says why nothing is received at the moment, or nil where all is well. It never waits.
func (a *Adapter) Ready() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fault != "" {
		return errors.New(a.fault)
	}
	return nil
}

// takeOn reads an update and puts it into its lane. It returns the update's id, 0 where that cannot be read. Where
// there is no room it waits until the context ends, or not at all.
func (a *Adapter) takeOn(ctx context.Context, raw json.RawMessage, wait bool) (int64, intake) {
	job := request.Begin(a.jobs)
	id := idOf(raw)
	if id == 0 {
		a.stats.undecodable.Add(1)
		a.log.WarnContext(job, "an update without an id was left out", "bytes", len(raw))
		return 0, taken
	}
	switch in := a.inbox.take(ctx, id, wait); in {
	case known:
		a.stats.repeated.Add(1)
		return id, in
	case full:
		return id, in
	}
	a.stats.updates.Add(1)
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		// One update of an unknown shape costs itself and no other.
		a.stats.undecodable.Add(1)
		a.log.WarnContext(job, "an update cannot be read and was left out", "update", id, "error", shape(err))
		a.inbox.done(id)
		return id, taken
	}
	a.enqueue(job, &u)
	return id, taken
}

// idOf reads an update's id and nothing else; 0 where that cannot be read.
func idOf(raw json.RawMessage) int64 {
	var head struct {
		ID int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &head) != nil || head.ID < 0 {
		return 0
	}
	return head.ID
}

// shape is what a decoding error says about the shape of an update, without its content.
func shape(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		kind, _, _ := strings.Cut(t.Value, " ") // of a number the value follows
		return fmt.Sprintf("%s is a JSON %s", t.Field, kind)
	}
	return "not JSON"
}

// enqueue answers an update in its lane. The core is asked in the first lane, which never waits for Telegram, so that its
// limits count messages when they come; what is to be sent waits in the second.
func (a *Adapter) enqueue(ctx context.Context, u *update) {
	key := u.lane()
	a.work.do(key, func() {
		var send func()
		a.guard(ctx, func() { send = a.receive(ctx, u) })
		if send == nil {
			a.inbox.done(u.ID)
			return
		}
		a.out.do(key, func() {
			defer a.inbox.done(u.ID)
			a.guard(ctx, send)
		})
	})
}

// guard keeps a panic over one message from costing more than that message.
func (a *Adapter) guard(ctx context.Context, do func()) {
	defer func() {
		if p := recover(); p != nil {
			a.stats.panics.Add(1)
			// Not the value itself: it may quote what somebody wrote.
			a.log.ErrorContext(ctx, "a message could not be answered", "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		}
	}()
	do()
}
