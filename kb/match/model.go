package match

import (
	"encoding/binary"
	"fmt"
	"math"

	"summitbot/kb/match/lexicon"
)

// A model is the weights as they are used. Most features speak for or against a few entries: of these only the weights that
// matter are kept, as one byte each. Those that speak to many come last and have full rows, which are added up faster.
type model struct {
	classes int
	start   []uint32  // sparse feature f has class[start[f]:start[f+1]]
	class   []uint16  //
	weight  []int8    //
	scale   []float32 // of each sparse feature's weights
	rows    []float32 // of the other features, a weight for each class; the sense features are the last of them
}

const (
	// pruned is the size, against the largest weight of all, under which a weight is dropped.
	pruned = .007
	// wide is the share of the classes from which on a feature gets a full row: a row's weight takes a tenth of the time.
	wide = .25
)

// sparse is how many features have no full row.
func (m *model) sparse() int { return len(m.scale) }

// row is the weights of a feature that is not sparse.
func (m *model) row(feature int32) []float32 {
	at := (int(feature) - m.sparse()) * m.classes
	return m.rows[at : at+m.classes]
}

// least is the size under which a weight is dropped.
func (w *weights) least() float32 {
	most := float32(0)
	for _, x := range w.w[:len(w.w)-lexicon.Dims*w.classes] {
		most = max(most, x, -x)
	}
	return pruned * most
}

// wideLast returns the features in the order that a model has them in, and how many of them are sparse.
func (w *weights) wideLast() (order []int32, sparse int) {
	features, least := len(w.w)/w.classes, w.least()
	var last []int32
	for f := range int32(features) {
		n := 0
		for _, x := range w.row(f) {
			if x >= least || x <= -least {
				n++
			}
		}
		if int(f) >= features-lexicon.Dims || float64(n) > wide*float64(w.classes) {
			last = append(last, f)
		} else {
			order = append(order, f)
		}
	}
	return append(order, last...), len(order)
}

// compress makes a model of the weights, and says in which order it has the features.
func compress(w *weights) (m *model, order []int32) {
	order, sparse := w.wideLast()
	m = &model{classes: w.classes, start: []uint32{0}}
	least := w.least()
	for _, f := range order[:sparse] {
		row := w.row(f)
		scale := scaleOf(row)
		m.scale = append(m.scale, scale)
		for k, x := range row {
			if q := quantise(x, scale); q != 0 && (x >= least || x <= -least) {
				m.class = append(m.class, uint16(k))
				m.weight = append(m.weight, q)
			}
		}
		m.start = append(m.start, uint32(len(m.class)))
	}
	for _, f := range order[sparse:] {
		row := w.row(f)
		scale := scaleOf(row)
		for _, x := range row {
			m.rows = append(m.rows, scale*float32(quantise(x, scale)))
		}
	}
	return m, order
}

// scaleOf is what a row's largest weight is 127 times of.
func scaleOf(row []float32) float32 {
	top := float32(0)
	for _, x := range row {
		top = max(top, x, -x)
	}
	return top / 127
}

func quantise(x, scale float32) int8 {
	if scale == 0 {
		return 0
	}
	return int8(math.RoundToEven(float64(x / scale)))
}

// score adds up z, one score a class.
func (m *model) score(v vector, z []float32) {
	clear(z)
	for i, f := range v.feature {
		m.add(f, v.value[i], z)
	}
}

// add adds to z what so much of a feature gives.
func (m *model) add(f int32, x float32, z []float32) {
	if int(f) >= m.sparse() {
		blas.Saxpy(m.classes, x, m.row(f), 1, z, 1)
		return
	}
	x *= m.scale[f]
	from, to := m.start[f], m.start[f+1]
	weight := m.weight[from:to]
	for j, k := range m.class[from:to] {
		z[k] += x * float32(weight[j])
	}
}

// weightOf is the weight of a feature for a class.
func (m *model) weightOf(feature int32, class int) float64 {
	if int(feature) >= m.sparse() {
		return float64(m.row(feature)[class])
	}
	for i := m.start[feature]; i < m.start[feature+1]; i++ {
		if int(m.class[i]) == class {
			return float64(m.scale[feature]) * float64(m.weight[i])
		}
	}
	return 0
}

// packRows writes the full rows as a byte a weight, with a scale for each row.
func (m *model) packRows() (rows []int8, scale []float32) {
	rows = make([]int8, 0, len(m.rows))
	for at := 0; at < len(m.rows); at += m.classes {
		row := m.rows[at : at+m.classes]
		s := scaleOf(row)
		scale = append(scale, s)
		for _, x := range row {
			rows = append(rows, quantise(x, s))
		}
	}
	return rows, scale
}

// unpackRows is the reverse; check finds whether there were enough of both.
func (m *model) unpackRows(rows []int8, scale []float32) {
	m.rows = make([]float32, len(rows))
	for i, s := range scale[:min(len(scale), len(rows)/max(m.classes, 1))] {
		at := i * m.classes
		for k, q := range rows[at : at+m.classes] {
			m.rows[at+k] = s * float32(q)
		}
	}
}

// steps packs the classes as varints of how far each of a feature's is from the one before it, the first from 0.
func (m *model) steps() []byte {
	var out []byte
	for f := range m.sparse() {
		last := uint16(0)
		for _, k := range m.class[m.start[f]:m.start[f+1]] {
			out = binary.AppendUvarint(out, uint64(k-last))
			last = k
		}
	}
	return out
}

// climb is the reverse of steps; check must have found that each feature has its place.
func (m *model) climb(steps []byte) error {
	m.class = make([]uint16, len(m.weight))
	for f := range m.sparse() {
		last := uint64(0)
		for i := m.start[f]; i < m.start[f+1]; i++ {
			step, size := binary.Uvarint(steps)
			last += step
			if size <= 0 || last >= uint64(m.classes) {
				return fmt.Errorf("feature %d has classes that are not there", f)
			}
			steps = steps[size:]
			m.class[i] = uint16(last)
		}
	}
	return nil
}

// check finds what would make scoring read beyond the weights.
func (m *model) check(features int) error {
	sparse := m.sparse()
	switch {
	case sparse > features || len(m.start) != sparse+1:
		return fmt.Errorf("%d features, but weights of %d", features, sparse)
	case int(m.start[sparse]) != len(m.weight):
		return fmt.Errorf("%d weights, want %d", len(m.weight), m.start[sparse])
	case len(m.rows) != (features-sparse+lexicon.Dims)*m.classes:
		return fmt.Errorf("%d weights in rows, want %d of %d", len(m.rows), features-sparse+lexicon.Dims, m.classes)
	}
	for f := range sparse {
		if m.start[f] > m.start[f+1] {
			return fmt.Errorf("feature %d has no place", f)
		}
	}
	return nil
}
