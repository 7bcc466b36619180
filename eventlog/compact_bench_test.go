package eventlog

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkAppendBesideCompaction appends live messages, each durable before the next, while another guild's
// are compacted without a pause, and alone. Compare the two in one run: slowest and 99th percentile of the appends.
func BenchmarkAppendBesideCompaction(b *testing.B) {
	for name, beside := range map[string]bool{"alone": false, "beside": true} {
		b.Run(name, func(b *testing.B) {
			people := newTraffic(1, 40, 3000)
			l := openBench(b, Options{Clock: msClock(func() int64 { return people.ms })})
			for range 300 {
				var records [][]Body
				for range segmentRecords {
					records = append(records, []Body{people.next(b)})
				}
				if _, err := l.Append(2, records...); err != nil {
					b.Fatal(err)
				}
			}
			stop := make(chan struct{})
			var all sync.WaitGroup
			steps := 0
			if beside {
				all.Go(func() {
					for more := true; more; steps++ {
						step, err := l.CompactStep(2, always)
						if err != nil {
							b.Error(err)
						}
						more = step.More
						select {
						case <-stop:
							return
						default:
						}
					}
				})
			}
			pages := burst(b, 1000, 1)
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				start := time.Now()
				if _, err := l.Append(1, []Body{pages[len(took)%1000]}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			close(stop)
			all.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
			b.ReportMetric(float64(took[len(took)-1].Microseconds()), "µs/slowest")
			b.ReportMetric(float64(steps), "steps")
		})
	}
}
