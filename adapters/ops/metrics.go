package ops

import (
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"summitbot/adapters/guard"
	"summitbot/adapters/request"
	"summitbot/kb"
)

// A Build says what the program was built from.
type Build struct{ Version, Commit, Date string }

// Metrics are the figures of one process. They are safe for concurrent use.
type Metrics struct {
	platforms []string // that there are series of

	messages   *prometheus.CounterVec
	confidence *prometheus.HistogramVec
	took       *prometheus.HistogramVec

	version    *prometheus.GaugeVec
	entries    *prometheus.GaugeVec
	phrasings  prometheus.Gauge
	reloads    *prometheus.CounterVec
	reloaded   prometheus.Gauge
	reloadedAt prometheus.Gauge
}

// The results of a reload.
const (
	succeeded = "success"
	failed    = "failure"
)

// NewMetrics makes the figures of some platforms and registers them. Every series is there from the start.
func NewMetrics(reg prometheus.Registerer, build Build, platforms []string) *Metrics {
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauges := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &Metrics{
		platforms: platforms,
		messages:  counters("summitbot_messages_total", "Messages by what became of them.", "platform", "outcome"),
		confidence: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "summitbot_confidence_ratio", Help: "How sure the matcher was of its best entry, of each question.",
			Buckets: []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9, .95, 1},
		}, []string{"platform"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "summitbot_reply_duration_seconds", Help: "How long a reply took, by stage: waiting to be found, being found, being sent.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"platform", "stage"}),
		version:    gauges("summitbot_knowledge_info", "The knowledge base that answers; always 1.", "version"),
		entries:    gauges("summitbot_knowledge_entries", "Entries of the knowledge base by class.", "class"),
		phrasings:  gauge("summitbot_knowledge_phrasings", "Ways of asking in the knowledge base; 0 for the one in the program, which holds what was learnt from them."),
		reloads:    counters("summitbot_knowledge_reloads_total", "Attempts to load another version of the knowledge base.", "result"),
		reloaded:   gauge("summitbot_knowledge_last_reload_successful", "1 if the last attempt to load the knowledge base succeeded, 0 if it was refused and an older version answers."),
		reloadedAt: gauge("summitbot_knowledge_last_reload_success_timestamp_seconds", "When the knowledge base that answers was loaded, in Unix time."),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "summitbot_build_info", Help: "What the program was built from; always 1.",
		ConstLabels: prometheus.Labels{"version": build.Version, "commit": build.Commit, "date": build.Date, "goversion": runtime.Version()},
	})
	info.Set(1)
	for _, p := range platforms {
		for _, o := range guard.Outcomes {
			m.messages.WithLabelValues(p, string(o))
		}
		m.confidence.WithLabelValues(p)
		for _, s := range request.Stages {
			m.took.WithLabelValues(p, string(s))
		}
	}
	for _, r := range []string{succeeded, failed} {
		m.reloads.WithLabelValues(r)
	}
	reg.MustRegister(m.messages, m.confidence, m.took, m.version, m.entries, m.phrasings, m.reloads, m.reloaded, m.reloadedAt, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Replied counts a message.
func (m *Metrics) Replied(h guard.Happening) {
	if !slices.Contains(guard.Outcomes, h.Outcome) || !slices.Contains(m.platforms, h.Platform) {
		return // no series but those that are there from the start
	}
	m.messages.WithLabelValues(h.Platform, string(h.Outcome)).Inc()
	if h.Question {
		m.confidence.WithLabelValues(h.Platform).Observe(h.Confidence)
	}
}

// Took times a stage of a message's way.
func (m *Metrics) Took(platform string, stage request.Stage, took time.Duration) {
	if slices.Contains(m.platforms, platform) && slices.Contains(request.Stages, stage) {
		m.took.WithLabelValues(platform, string(stage)).Observe(took.Seconds())
	}
}

// Loaded notes the knowledge base that answers from now on. The first is no reload.
func (m *Metrics) Loaded(b *kb.Base, at time.Time, reload bool) {
	m.version.Reset()
	m.version.WithLabelValues(b.Version).Set(1)
	phrasings := 0
	for i := range b.Entries {
		phrasings += len(b.Entries[i].Asked)
	}
	for _, c := range []kb.Class{kb.Told, kb.NotTold, kb.Talk} {
		m.entries.WithLabelValues(className[c]).Set(float64(b.Count(c)))
	}
	m.phrasings.Set(float64(phrasings))
	m.reloaded.Set(1)
	m.reloadedAt.Set(float64(at.UnixNano()) / 1e9)
	if reload {
		m.reloads.WithLabelValues(succeeded).Inc()
	}
}

var className = map[kb.Class]string{kb.Told: "told", kb.NotTold: "not_told", kb.Talk: "talk"}

// LoadFailed notes a knowledge base that was refused.
func (m *Metrics) LoadFailed() {
	m.reloads.WithLabelValues(failed).Inc()
	m.reloaded.Set(0)
}
