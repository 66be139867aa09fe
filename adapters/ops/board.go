package ops

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A Reporter is a running adapter as far as operators care.
type Reporter interface {
	// Ready says why the adapter cannot answer at the moment; nil if it can.
	Ready() error
	// Stats are counted since the adapter was made.
	Stats() Stats
}

// Stats are an adapter's figures.
type Stats struct {
	Queued      int                // messages waiting or being answered
	Oldest      time.Duration      // how long the oldest of them has been waiting
	Dropped     float64            // messages that were not answered because too many came at once
	Unreadable  float64            // events that could not be read
	RateWaits   float64            // times that the platform asked to wait
	Reconnects  float64            // connections that were made anew after a failure
	Errors      map[string]float64 // calls to the platform that failed, by a reason of Reasons
	Undelivered float64            // replies that were given up
}

// Reasons are why calls to a platform fail. Others are counted as "other".
var Reasons = []string{"network", "rate_limited", "unauthorised", "forbidden", "conflict", "server", "refused", "cancelled", "other"}

// A State is what is done with a platform's adapter.
type State string

// The states. A platform is ready if it is Running and its adapter says so.
const (
	Starting State = "starting"
	Running  State = "running"
	Waiting  State = "waiting" // it failed and is run again soon
	Down     State = "down"    // it stays down until the operator does something
	Stopped  State = "stopped"
)

// A Board keeps what the platforms' adapters do. It is a prometheus.Collector and safe for concurrent use.
type Board struct {
	mu        sync.Mutex
	platforms []*Platform
	knowledge string // version
	draining  bool
}

// A Platform is one platform's place on the Board.
type Platform struct {
	Name string

	board    *Board
	state    State
	reason   string
	reporter Reporter
	restarts float64
	before   Stats // counts of the adapters that ended
}

// NewBoard makes a board for some platforms, all of them Starting.
func NewBoard(platforms []string) *Board {
	b := &Board{}
	for _, name := range platforms {
		b.platforms = append(b.platforms, &Platform{Name: name, board: b, state: Starting})
	}
	return b
}

// Platform finds a platform by its name; it must be one that the board was made for.
func (b *Board) Platform(name string) *Platform {
	for _, p := range b.platforms {
		if p.Name == name {
			return p
		}
	}
	panic("ops: no platform " + name)
}

// Knowledge notes the version of the knowledge base that answers.
func (b *Board) Knowledge(version string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.knowledge = version
}

// Drain notes that the process is about to end: it is not ready from now on.
func (b *Board) Drain() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.draining = true
}

// Run notes that an adapter runs.
func (p *Platform) Run(r Reporter) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	p.state, p.reason, p.reporter = Running, "", r
}

// End notes that the adapter ended, and why. What it counted is kept.
func (p *Platform) End(next State, why error) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	if p.reporter != nil {
		p.before = p.before.plus(p.reporter.Stats())
		p.before.Queued, p.before.Oldest = 0, 0
	}
	p.state, p.reason, p.reporter = next, "", nil
	if why != nil {
		p.reason = why.Error()
	}
	if next == Waiting {
		p.restarts++
	}
}

// plus adds counts up; of what is no count it takes the other's.
func (s Stats) plus(o Stats) Stats {
	o.Dropped += s.Dropped
	o.Unreadable += s.Unreadable
	o.RateWaits += s.RateWaits
	o.Reconnects += s.Reconnects
	o.Undelivered += s.Undelivered
	all := make(map[string]float64, len(Reasons))
	for _, m := range []map[string]float64{s.Errors, o.Errors} {
		for reason, n := range m {
			all[known(reason)] += n
		}
	}
	o.Errors = all
	return o
}

func known(reason string) string {
	for _, r := range Reasons {
		if r == reason {
			return r
		}
	}
	return "other"
}

// A Status is the board as /readyz shows it.
type Status struct {
	Ready     bool             `json:"ready"`
	Draining  bool             `json:"draining"`
	Knowledge string           `json:"knowledge_base"`
	Platforms []PlatformStatus `json:"platforms"`
}

// A PlatformStatus is one platform of a Status.
type PlatformStatus struct {
	Name   string `json:"name"`
	Ready  bool   `json:"ready"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"` // why it is not ready
}

// Status may be asked for at any time.
func (b *Board) Status() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := Status{Ready: !b.draining, Draining: b.draining, Knowledge: b.knowledge}
	for _, p := range b.platforms {
		ps := PlatformStatus{Name: p.Name, State: p.state, Reason: p.reason}
		if p.state == Running {
			err := p.reporter.Ready()
			if ps.Ready = err == nil; !ps.Ready {
				ps.Reason = err.Error()
			}
		}
		s.Ready = s.Ready && ps.Ready
		s.Platforms = append(s.Platforms, ps)
	}
	return s
}

var (
	upDesc          = describe("summitbot_platform_up", "1 if the platform's adapter is connected and answers, 0 if not.")
	restartsDesc    = describe("summitbot_platform_restarts_total", "Times that the platform's adapter failed as a whole and was run again.")
	queuedDesc      = describe("summitbot_queue_length", "Messages that wait for an answer or are being answered.")
	oldestDesc      = describe("summitbot_queue_oldest_seconds", "How long the oldest of them has been waiting.")
	droppedDesc     = describe("summitbot_dropped_total", "Messages that were not answered because too many came at once.")
	unreadableDesc  = describe("summitbot_unreadable_total", "Events of the platform that could not be read and were left out.")
	rateWaitsDesc   = describe("summitbot_platform_rate_limit_waits_total", "Times that the platform asked to wait.")
	reconnectsDesc  = describe("summitbot_platform_reconnects_total", "Connections to the platform that were made anew after a failure.")
	errorsDesc      = describe("summitbot_platform_errors_total", "Calls to the platform that failed, by reason.", "reason")
	undeliveredDesc = describe("summitbot_undelivered_total", "Replies that were given up after the platform did not take them.")
	drainingDesc    = prometheus.NewDesc("summitbot_draining", "1 if the process is about to end, and takes on nothing new.", nil, nil)
)

func describe(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, append([]string{"platform"}, more...), nil)
}

// Describe implements prometheus.Collector.
func (b *Board) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, restartsDesc, queuedDesc, oldestDesc, droppedDesc, unreadableDesc, rateWaitsDesc, reconnectsDesc,
		errorsDesc, undeliveredDesc, drainingDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (b *Board) Collect(out chan<- prometheus.Metric) {
	status := b.Status()
	b.mu.Lock()
	defer b.mu.Unlock()
	out <- prometheus.MustNewConstMetric(drainingDesc, prometheus.GaugeValue, number(b.draining))
	for i, p := range b.platforms {
		s := p.before
		if p.reporter != nil {
			s = s.plus(p.reporter.Stats())
		}
		gauge := func(d *prometheus.Desc, v float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, p.Name)
		}
		counter := func(d *prometheus.Desc, v float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, append([]string{p.Name}, labels...)...)
		}
		gauge(upDesc, number(status.Platforms[i].Ready))
		gauge(queuedDesc, float64(s.Queued))
		gauge(oldestDesc, s.Oldest.Seconds())
		counter(restartsDesc, p.restarts)
		counter(droppedDesc, s.Dropped)
		counter(unreadableDesc, s.Unreadable)
		counter(rateWaitsDesc, s.RateWaits)
		counter(reconnectsDesc, s.Reconnects)
		counter(undeliveredDesc, s.Undelivered)
		for _, r := range Reasons {
			counter(errorsDesc, s.Errors[r], r)
		}
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
