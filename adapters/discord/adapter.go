package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"summitbot/adapters/request"
	"summitbot/bot"
)

// A Core is what the adapter needs of the bot.
type Core interface {
	bot.Replier
	// Commands are the commands to offer in menus. They do not change.
	Commands() []bot.Command
	// Complete offers values for an option while one is typed; a Choice's action is the value to send.
	Complete(command, option, typed string, limit int) []bot.Choice
}

// An Adapter answers on Discord. Run it once.
type Adapter struct {
	config   Config
	core     Core
	commands map[string]bot.Command
	log      *slog.Logger
	times    times

	api     *api
	gate    *gate
	queue   *queue
	seen    *seen
	traffic *traffic
	threads threads
	stats   stats

	work     context.Context // of the replies under way
	stop     context.CancelFunc
	stopping atomic.Bool

	mu         sync.Mutex
	who        ready // from the latest READY
	shards     []*shard
	registers  sync.Once
	commandIDs atomic.Pointer[map[string]string] // by name, once they are known
}

// Bounds on what is kept.
const (
	maxJobs      = 4096
	maxJobsOfKey = 256
	maxSeen      = 8192
)

// New makes an adapter, or says all that is wrong with its configuration.
func New(config Config, core Core, log *slog.Logger) (*Adapter, error) {
	config, err := config.normal()
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	a := &Adapter{
		config: config, core: core, log: log, times: realTimes(), commands: make(map[string]bot.Command),
		queue: newQueue(maxJobs, maxJobsOfKey), seen: newSeen(maxSeen),
	}
	a.traffic = newTraffic(a.times.perMinute)
	for _, c := range core.Commands() {
		a.commands[c.Name] = c
	}
	if a.api, err = newAPI(config.APIURL, config.Token, a.times.retry, log); err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	return a, nil
}

// Run connects and answers until the context ends, then finishes the replies under way, within ten seconds, and returns nil.
// It returns a *Fatal when an operator is needed; other troubles it waits out.
func (a *Adapter) Run(ctx context.Context) error {
	a.work, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	defer a.stop()
	a.gate = newGate(a.api, a.times.identify)
	info, err := a.gateway(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	a.makeShards(info.Shards)

	// The shards live until the replies are out: Discord shows the bot as gone when it is.
	life, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	ended := make(chan error, len(a.shards))
	for _, s := range a.shards {
		go func() { ended <- s.run(life) }()
	}
	select {
	case <-ctx.Done():
	case <-a.api.denied:
		err = badToken
	case err = <-ended:
		ended <- nil
	}
	a.drain()
	leave()
	for range a.shards {
		<-ended
	}
	return err
}

// gateway asks Discord where its gateway is until it says so.
func (a *Adapter) gateway(ctx context.Context) (gatewayInfo, error) {
	for wait := a.times.lowest; ; wait = min(2*wait, a.times.highest) {
		info, err := a.gate.info(ctx)
		var fatal *Fatal
		switch {
		case err == nil:
			return info, nil
		case errors.As(err, &fatal):
			return info, fatal
		case ctx.Err() != nil:
			return info, nil
		}
		a.log.Warn("discord cannot be reached", "error", err)
		if !sleep(ctx, between(wait/2, wait)) {
			return info, nil
		}
	}
}

func (a *Adapter) makeShards(recommended int) {
	ids, total := a.config.ShardIDs, a.config.Shards
	if total == 0 {
		total = max(recommended, 1)
	}
	if len(ids) == 0 {
		for i := range total {
			ids = append(ids, i)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		a.shards = append(a.shards, &shard{
			id: id, total: total, token: a.config.Token, intents: a.config.intents(), gate: a.gate,
			take: a.take, greet: a.greet, log: a.log, times: a.times,
		})
	}
}

// intents are the kinds of events asked for: as few as the ways to ask need.
func (c Config) intents() discordgo.Intent {
	i := discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages
	if c.MessageContent {
		i |= discordgo.IntentMessageContent
	}
	return i
}

// drain stops taking questions and finishes those that were taken.
func (a *Adapter) drain() {
	a.stopping.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), a.times.drain)
	defer cancel()
	if !a.queue.drain(ctx) {
		a.log.Warn("discord replies were given up at the end", "count", a.queue.len())
	}
	a.stop()
}

// greet learns from READY who the bot is.
func (a *Adapter) greet(r ready) {
	a.mu.Lock()
	a.who = r
	a.mu.Unlock()
	a.registers.Do(func() { go a.keepRegistered(a.work, r.Application.ID) })
}

func (a *Adapter) self() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.who.User.ID
}

// take receives an event on the goroutine that reads the socket. It only reads it and puts what is to do into the queue.
func (a *Adapter) take(event string, raw json.RawMessage) {
	if a.stopping.Load() {
		return
	}
	ctx := request.Begin(a.work)
	defer a.recover(ctx, "reading an event")
	switch event {
	case eventMessage:
		q, ok := a.asked(raw)
		if !ok || !a.seen.first(q.ID) {
			return
		}
		a.enqueue(ctx, "channel "+q.ChannelID, func() { a.answer(ctx, q) })
	case eventInteraction:
		a.onInteraction(ctx, raw)
	}
}

func (a *Adapter) enqueue(ctx context.Context, key string, job func()) {
	ok := a.queue.add(key, func() {
		defer a.recover(ctx, "answering")
		job()
	})
	if !ok {
		a.stats.dropped.Add(1)
		a.log.WarnContext(ctx, "discord question dropped: too many at once")
	}
}

// recover keeps a panic to the event that caused it.
func (a *Adapter) recover(ctx context.Context, doing string) {
	if p := recover(); p != nil {
		a.panicked(ctx, doing, p)
	}
}

func (a *Adapter) panicked(ctx context.Context, doing string, p any) {
	a.stats.panics.Add(1)
	what := fmt.Sprintf("%T", p) // the value may hold what a user typed; the stack tells where to look
	if err, ok := p.(runtime.Error); ok {
		what = err.Error()
	}
	a.log.ErrorContext(ctx, "discord panic", "doing", doing, "panic", what, "stack", string(debug.Stack()))
}

// stats count what goes wrong.
type stats struct {
	dropped, malformed, panics, refused, late atomic.Int64
}

// Stats are what an operator wants to see of an adapter. The counts are since it was made.
type Stats struct {
	Queued    int   // questions waiting or being answered
	Dropped   int64 // questions, because too many came at once
	Malformed int64 // events that could not be read
	Panics    int64 // questions that made the program panic
	Failed    int64 // replies that Discord did not take
	Late      int64 // those of them that missed Discord's three seconds

	Oldest     time.Duration    // how long the oldest question has been waiting or being answered
	Reconnects int64            // connections to the gateway, without the first of each shard
	Errors     map[string]int64 // calls that failed, by one of Reasons; those made again count each time
}

// Stats may be called at any time.
func (a *Adapter) Stats() Stats {
	s := &a.stats
	out := Stats{
		Queued: a.queue.len(), Dropped: s.dropped.Load(), Malformed: s.malformed.Load(), Panics: s.panics.Load(), Failed: s.refused.Load(), Late: s.late.Load(),
		Oldest: a.queue.oldest(), Errors: a.api.tally.counts(),
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range a.shards {
		out.Reconnects += x.again.Load()
	}
	return out
}

// Ready says why the adapter cannot answer at the moment; nil if it can: each shard is logged in and has heard from Discord
// lately.
func (a *Adapter) Ready() error {
	a.mu.Lock()
	shards := a.shards
	a.mu.Unlock()
	if len(shards) == 0 || a.stopping.Load() {
		return errNotReady
	}
	for _, s := range shards {
		if !s.up.Load() {
			return notReady(s.id, "is not logged in")
		}
	}
	return nil
}

// render renders a reply with what the adapter knows of Discord.
func (a *Adapter) render(r bot.Reply, s setting) payload {
	if ids := a.commandIDs.Load(); ids != nil {
		s.commands = *ids
	}
	return render(r, s)
}

// A gate lets shards identify: not more of them at a time than Discord allows, and none when none is left for today.
type gate struct {
	api   *api
	pause time.Duration

	mu   sync.Mutex
	keys map[int]*key
}

// A key is what Discord counts identifies by: one is on its way at a time, and the next may follow after a pause.
type key struct {
	busy chan struct{} // holds one while somebody is within, who alone may touch next
	next time.Time
}

func newGate(api *api, pause time.Duration) *gate {
	return &gate{api: api, pause: pause, keys: make(map[int]*key)}
}

func (g *gate) key(n int) *key {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := g.keys[n]
	if k == nil {
		k = &key{busy: make(chan struct{}, 1)}
		g.keys[n] = k
	}
	return k
}

type gatewayInfo struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Limit  struct {
		Total       int   `json:"total"`
		Remaining   int   `json:"remaining"`
		ResetAfter  int64 `json:"reset_after"` // milliseconds
		Concurrency int   `json:"max_concurrency"`
	} `json:"session_start_limit"`
}

func (g *gate) info(ctx context.Context) (gatewayInfo, error) {
	var info gatewayInfo
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	err := g.api.do(ctx, call{method: "GET", path: "/gateway/bot", name: "asking for the gateway", bucket: "gateway", repeatable: true}, &info)
	var r *refusal
	if errors.As(err, &r) && r.status == http.StatusNotFound {
		// A proxy that knows no more than the address.
		err = g.api.do(ctx, call{method: "GET", path: "/gateway", name: "asking for the gateway", bucket: "gateway", repeatable: true}, &info)
	}
	switch {
	case errors.As(err, &r) && r.status == http.StatusUnauthorized:
		return info, badToken
	case err != nil:
		return info, err
	case info.URL == "":
		return info, errors.New("asking for the gateway: the answer names none")
	}
	return info, nil
}

// pass waits until a shard may identify, and says where. The shard is through when its identify has left, or when nothing
// has come of it.
func (g *gate) pass(ctx context.Context, shard int) (url string, through func(), err error) {
	info, err := g.info(ctx)
	if err != nil {
		return "", nil, err
	}
	k := g.key(shard % max(info.Limit.Concurrency, 1))
	select {
	case k.busy <- struct{}{}:
	case <-ctx.Done():
		return "", nil, ctx.Err()
	}
	wait := time.Until(k.next)
	if limit := info.Limit; limit.Total > 0 && limit.Remaining < 100 {
		// Discord resets the token of a bot that identifies more often than it may: what is left must last.
		wait = max(wait, time.Duration(limit.ResetAfter)*time.Millisecond/time.Duration(max(limit.Remaining, 1)))
	}
	if !sleep(ctx, wait) {
		<-k.busy
		return "", nil, ctx.Err()
	}
	return info.URL, func() {
		k.next = time.Now().Add(g.pause)
		<-k.busy
	}, nil
}
