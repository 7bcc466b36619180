package eventlog

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

func TestSizeTmp(t *testing.T) {
	f, _ := os.Open("../../shared/data/server-a/messages.csv.gz")
	z, _ := gzip.NewReader(f)
	sc := bufio.NewScanner(z)
	sc.Scan()
	ch := map[snowflake.ID][]Message{}
	n := 0
	for sc.Scan() {
		p := strings.Split(sc.Text(), ",")
		a, _ := strconv.ParseUint(p[0], 10, 64)
		b, _ := strconv.ParseUint(p[1], 10, 64)
		c, _ := strconv.ParseUint(p[2], 10, 64)
		ch[snowflake.ID(b)] = append(ch[snowflake.ID(b)], Message{ID: snowflake.ID(a), Author: snowflake.ID(c)})
		n++
	}
	l := open(t, t.TempDir(), Options{NoSync: true})
	pages, payload, senders, dictb, fromb, deltab, packed, msvar, golomb := 0, 0, 0, 0, 0, 0, 0, 0, 0
	keep := map[snowflake.ID]bool{}
	_ = keep
	for c, ms := range ch {
		slices.Reverse(ms)
		for chunk := range slices.Chunk(ms, 100) {
			p, err := NewPage(Import, 1, c, chunk)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := l.Append(1, []Body{p}); err != nil {
				t.Fatal(err)
			}
			pages++
			b := p.appendPayload(nil)
			payload += len(b)
			senders += len(p.Senders)
			q, _ := NewPage(Import, 1, c, chunk[:1])
			_ = q
			if len(p.Senders) > 1 {
				fromb += p.Len()
				packed += (p.Len()*bits.Len(uint(len(p.Senders)-1)) + 7) / 8
			}
			var last snowflake.ID
			for _, s := range p.Senders {
				d := uint64(s.Author - last)
				last = s.Author
				dictb += (bits.Len64(d) + 6) / 7
			}
			ids := p.IDs()
			totms := int64(0)
			for i := 1; i < len(ids); i++ {
				d := uint64(ids[i] - ids[i-1])
				deltab += (bits.Len64(d|1) + 6) / 7
				m := uint64(ids[i]>>22 - ids[i-1]>>22)
				msvar += (bits.Len64(m|1) + 6) / 7
				totms += int64(m)
			}
			if len(ids) > 1 {
				best := 1 << 60
				for k := 0; k < 60; k++ {
					s := 0
					for i := 1; i < len(ids); i++ {
						d := uint64(ids[i] - ids[i-1])
						w := bits.Len64(d >> k)
						s += k + w + w + 1 // exp golomb-like
					}
					best = min(best, s)
				}
				golomb += (best + 7) / 8
			}
		}
	}
	_ = l.db.View(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketRecords, bucketIndex} {
			fmt.Printf("%s %+v\n", name, tx.Bucket(name).Stats())
		}
		fmt.Printf("%+v size %d %+v\n", l.db.Stats(), tx.Size(), l.db.Info())
		return nil
	})
	used, _ := l.UsedBytes()
	fi, _ := os.Stat(l.Dir() + "/" + FileName)
	fmt.Println("n", n, "pages", pages, "file", fi.Size(), "used", used, float64(used)/float64(n), "payload", payload, float64(payload)/float64(n))
	fmt.Println("senders/page", float64(senders)/float64(pages), "dict varints", dictb, "type+marks", senders*2, "from", fromb, "packed", packed, "deltas", deltab, "msvar", msvar, "lows", n*22/8, "golomb", golomb)
}
