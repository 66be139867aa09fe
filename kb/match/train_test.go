package match

import (
	"math"
	"testing"
)

// problem is a small classification task: three classes that overlap.
func problem() (xs []vector, class []int, features, classes int) {
	for i := range 60 {
		k := i % 3
		v := vector{feature: []int32{int32(k), int32(3 + i%5), 8}, value: []float32{1, float32(i%7) / 7, .5}}
		if i%10 == 0 {
			v.feature[0] = int32((k + 1) % 3) // noise
		}
		xs, class = append(xs, v), append(class, k)
	}
	return xs, class, 9, 3
}

// At the optimum of |W|²/2 + c Σ loss, W equals c Σ x (y - p)ᵀ: the gradient is zero.
func TestTrainFindsTheOptimum(t *testing.T) {
	xs, class, features, classes := problem()
	const c = 10
	w := train(xs, class, features, classes, c, 200)
	want := make([]float64, features*classes)
	z := make([]float32, classes)
	for i, x := range xs {
		w.score(x, z)
		sum := 0.0
		for _, s := range z {
			sum += math.Exp(float64(s))
		}
		for k := range classes {
			d := -math.Exp(float64(z[k])) / sum
			if k == class[i] {
				d++
			}
			for j, f := range x.feature {
				want[int(f)*classes+k] += c * d * float64(x.value[j])
			}
		}
	}
	for i := range want {
		if math.Abs(want[i]-float64(w.w[i])) > .02 {
			t.Errorf("weight %d is %.4f, the gradient is zero at %.4f", i, w.w[i], want[i])
		}
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	xs, class, features, classes := problem()
	a, b := train(xs, class, features, classes, 30, 5), train(xs, class, features, classes, 30, 5)
	for i := range a.w {
		if a.w[i] != b.w[i] {
			t.Fatalf("weight %d: %v, then %v", i, a.w[i], b.w[i])
		}
	}
}

func TestOmega(t *testing.T) {
	s := newSolver(2)
	for x := -20.0; x < 300; x += .37 {
		got := s.omega(x)
		if err := math.Abs(got+math.Log(got)-x) / math.Max(1, math.Abs(x)); err > 1e-3 {
			t.Errorf("omega(%.2f) = %g: w + log w = %g", x, got, got+math.Log(got))
		}
	}
}

func TestCompressKeepsScores(t *testing.T) {
	xs, class, _, classes := problem()
	// Sense features stand behind the others.
	features := 9 + 100
	w := train(xs, class, features, classes, 30, 20)
	m, order := compress(w)
	at := make([]int32, features)
	for i, f := range order {
		at[f] = int32(i)
	}
	z, q := make([]float32, classes), make([]float32, classes)
	for _, x := range xs {
		w.score(x, z)
		for i, f := range x.feature {
			x.feature[i] = at[f]
		}
		m.score(x, q)
		for k := range z {
			if math.Abs(float64(z[k]-q[k])) > .1 {
				t.Errorf("score %.3f became %.3f", z[k], q[k])
			}
		}
	}
}
