package eventlog

// syncFolder does nothing: Windows has no such call for folders, and NTFS keeps names in its journal.
func syncFolder(string) error { return nil }
