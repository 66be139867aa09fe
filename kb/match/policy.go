package match

import "math"

// A policy turns evidence into scores, scores into a confidence, and that into a decision.
type policy struct {
	Names, Sides, Numbers, Kind, Covered float64 // weights of Evidence

	Bias, Told, Gap, Cover, Words, Foreign, Late, Against float64 // weights of Signals

	Answer  float64 // confidence from which on a question is answered
	Clarify float64 // confidence from which on it is asked back
}

// defaultPolicy has the weights of evidence about as `go run ./kb/summit/learn -evidence` fits them on the summit's
// phrasings; numbers and kinds weigh less, since readers are less exact than whoever writes phrasings. Its confidence is a
// plain guess, which calibration replaces.
var defaultPolicy = policy{
	Names: -.8, Sides: -.6, Numbers: -.5, Kind: -.8, Covered: 2,
	Bias: -1, Gap: 2, Foreign: -2,
	Answer: .55, Clarify: .4,
}

// talkCovered is how much of a text's weight must be words of a greeting's phrasings for it to be taken for one: talk has
// few words, and what has others is about something else.
const talkCovered = .7

func (p *policy) score(c *Candidate) float64 {
	e := &c.Evidence
	return c.Logit + p.Names*e.Names + p.Sides*e.Sides + p.Numbers*e.Numbers + p.Kind*e.Kind +
		p.Covered*e.Covered
}

func (p *policy) confidence(s *Signals) float64 {
	x := p.Bias + p.Told*s.Told + p.Gap*s.Gap + p.Cover*s.Covered + p.Words*s.Words +
		p.Foreign*s.Foreign + p.Late*s.Late + p.Against*s.Against
	return 1 / (1 + math.Exp(-x))
}

func (p *policy) decide(r *Result) {
	r.Outcome = NoAnswer
	if len(r.Best) == 0 {
		return
	}
	r.Confidence = p.confidence(&r.Signals)
	switch {
	case r.Confidence >= p.Answer:
		r.Outcome = Answer
	case r.Confidence >= p.Clarify:
		r.Outcome = Clarify
	}
	if r.Best[0].Class == Talk && r.Signals.Covered < talkCovered {
		r.Outcome = NoAnswer
	}
	r.NotSure = len(r.Not) > 0 && r.Signals.Gap < 1
}
