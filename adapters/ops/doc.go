// Package ops shows operators how the bot does: whether it lives, whether it is ready, and figures for Prometheus.
//
// A Metrics is told what happens (it is a guard.Observer, and whoever loads a knowledge base reports to it); a Board keeps
// the state of each platform's adapter; Handler serves both over HTTP. Nothing of what users type and nobody's id gets in
// here: all labels are from closed sets that are known at the start.
package ops
