package match

import (
	"math"

	"gonum.org/v1/gonum/blas/gonum"
)

// A vector is one question as the classifier sees it: which features it has, and how much of each.
type vector struct {
	feature []int32
	value   []float32
}

func (v vector) squaredLength() float64 {
	sum := 0.0
	for _, x := range v.value {
		sum += float64(x) * float64(x)
	}
	return sum
}

// weights is a dense matrix, a row of one weight a class for each feature.
type weights struct {
	classes int
	w       []float32
}

var blas gonum.Implementation

func (w *weights) row(feature int32) []float32 {
	return w.w[int(feature)*w.classes : (int(feature)+1)*w.classes]
}

// score adds up the rows of a question's features into z, one score a class.
func (w *weights) score(v vector, z []float32) {
	clear(z)
	for i, f := range v.feature {
		blas.Saxpy(w.classes, v.value[i], w.row(f), 1, z, 1)
	}
}

// train fits a multinomial logistic regression with L2 regularisation by dual coordinate ascent (after Yu, Huang and Lin
// 2011, "Dual coordinate descent methods for logistic regression and maximum entropy models"): it minimises
//
//	|W|²/2 + c · Σ loss(Wx, class)
//
// In the dual, W = c Σ x (y - p)ᵀ, where p is a question's distribution over the classes. One question's p is solved for
// with the others fixed: p = softmax(z' - c|x|² p), which for each class is Lambert's W function of one unknown, the
// logarithm of the sum, found by Newton's method. There is no learning rate and no chance in it: the same input gives the
// same weights. Four passes are near enough to answer well; the last decimals, which decide between close neighbours, take
// dozens.
func train(xs []vector, class []int, features, classes int, c float64, passes int) *weights {
	w := &weights{classes: classes, w: make([]float32, features*classes)}
	p := make([]float32, len(xs)*classes)
	rest := make([]bool, len(xs)) // the question did not move in the last pass, so it sits out the next
	for i, k := range class {
		p[i*classes+k] = 1 // y - p = 0: W begins at zero
	}
	order := shuffled(len(xs))
	z := make([]float32, classes)
	s := newSolver(classes)
	for range passes {
		for _, i := range order {
			if rest[i] {
				rest[i] = false
				continue
			}
			x := xs[i]
			a := c * x.squaredLength()
			if a == 0 {
				continue
			}
			w.score(x, z)
			old := p[i*classes : (i+1)*classes]
			most := s.solve(z, old, a)
			rest[i] = most < 2e-4
			if len(s.moved) > classes/8 {
				for j, f := range x.feature {
					blas.Saxpy(classes, float32(-c)*x.value[j], s.delta, 1, w.row(f), 1)
				}
				for k, d := range s.delta {
					old[k] += d
				}
				continue
			}
			for j, f := range x.feature {
				row := w.row(f)
				v := float32(-c) * x.value[j]
				for _, k := range s.moved {
					row[k] += v * s.delta[k]
				}
			}
			for _, k := range s.moved {
				old[k] += s.delta[k]
			}
		}
	}
	return w
}

// shuffled returns 0..n-1 in an order that looks random and is always the same: phrasings come sorted by class, and the
// ascent is quicker when neighbours differ.
func shuffled(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	state := uint64(88172645463325252) // xorshift64, Marsaglia 2003
	for i := n - 1; i > 0; i-- {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		j := int(state % uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
	return order
}

type solver struct {
	zp    []float64 // the scores without this question's own part
	e     []float64 // their exponentials
	delta []float32 // new p - old p, where it is worth an update
	moved []int
	big   []int
	table []float64 // of omega
}

func newSolver(classes int) *solver {
	return &solver{zp: make([]float64, classes), e: make([]float64, classes), delta: make([]float32, classes), table: omegaTable()}
}

// solve finds the distribution that is best for one question while all others stay, and returns the largest change.
// It looks for mu, the logarithm of the sum, at which the probabilities sum to one.
func (s *solver) solve(z, old []float32, a float64) float64 {
	top := math.Inf(-1)
	for k := range z {
		top = math.Max(top, float64(z[k]))
	}
	sum := 0.0
	for k := range z {
		s.e[k] = math.Exp(float64(z[k]) - top)
		sum += s.e[k]
		s.zp[k] = float64(z[k]) + a*float64(old[k])
	}
	mu := top + math.Log(sum) // as if nothing changed
	loga := math.Log(a)
	for slack := 2.0; ; slack *= 2 {
		// A class with little a·p is nearly exp(z' - mu), as W(x) = x for small x. The others are few.
		edge := mu - loga - 5 - slack
		s.big = s.big[:0]
		small := 0.0
		for k, zp := range s.zp {
			if zp > edge {
				s.big = append(s.big, k)
				continue
			}
			e := s.e[k]
			if old[k] > 1e-6 {
				e = math.Exp(zp - top)
			}
			small += e
		}
		mu = s.newton(mu, top, loga, a, small)
		if edge <= mu-loga-5 {
			break
		}
	}
	s.moved = s.moved[:0]
	clear(s.delta)
	most, next, shrink := 0.0, 0, math.Exp(top-mu)
	for k, zp := range s.zp {
		var p float64
		switch {
		case next < len(s.big) && s.big[next] == k:
			p = s.omega(loga+zp-mu) / a
			next++
		case old[k] > 1e-6:
			p = math.Exp(zp - mu)
		default:
			p = s.e[k] * shrink
		}
		d := p - float64(old[k])
		if math.Abs(d) > 1e-4 {
			s.delta[k] = float32(d)
			s.moved = append(s.moved, k)
			most = math.Max(most, math.Abs(d))
		}
	}
	return most
}

func (s *solver) newton(mu, top, loga, a, small float64) float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	for range 50 {
		sum := small * math.Exp(top-mu)
		slope := sum
		for _, k := range s.big {
			w := s.omega(loga + s.zp[k] - mu)
			sum += w / a
			slope += w / (1 + w) / a
		}
		if math.Abs(sum-1) < 1e-6 {
			break
		}
		if sum > 1 {
			lo = mu
		} else {
			hi = mu
		}
		next := mu + (sum-1)/slope
		if math.IsNaN(next) || next <= lo || next >= hi {
			switch {
			case math.IsInf(lo, -1):
				next = hi - a - 1
			case math.IsInf(hi, 1):
				next = lo + a + 1
			default:
				next = (lo + hi) / 2
			}
		}
		mu = next
	}
	return mu
}

// omega is the Wright omega function, the w for which w + log(w) = x. Between -8 and 2, where nearly all calls fall, it is
// read from a table; its relative error there is below 5e-5.
func (s *solver) omega(x float64) float64 {
	if x < omegaFrom {
		w := math.Exp(x)
		return w * (1 - w)
	}
	at := (x - omegaFrom) * omegaSteps
	if at < float64(len(s.table)-1) {
		i := int(at)
		return s.table[i] + (at-float64(i))*(s.table[i+1]-s.table[i])
	}
	return wrightOmega(x)
}

const omegaFrom, omegaTo, omegaSteps = -8, 2, 64

func omegaTable() []float64 {
	t := make([]float64, (omegaTo-omegaFrom)*omegaSteps+1)
	for i := range t {
		t[i] = wrightOmega(omegaFrom + float64(i)/omegaSteps)
	}
	return t
}

// wrightOmega finds w by Newton's method.
func wrightOmega(x float64) float64 {
	w := math.Log1p(math.Exp(math.Min(x, 700)))
	if x > 1 {
		w = x - math.Log(x)
	}
	for range 20 {
		next := w * (1 + x - math.Log(w)) / (1 + w)
		if math.Abs(next-w) <= 1e-12*w {
			return next
		}
		w = next
	}
	return w
}
