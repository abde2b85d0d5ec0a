package serve

import (
	"os"
	"testing"
)

func TestInPackets(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	inPackets(w)
	if _, err := w.Write(make([]byte, 8192)); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Read(make([]byte, 8192)); n != 4096 || err != nil {
		t.Errorf("one call reads %d octets, %v; want 4096", n, err)
	}
}
