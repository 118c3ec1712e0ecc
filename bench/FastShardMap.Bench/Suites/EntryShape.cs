namespace FastShardMap.Bench.Suites;

/// <summary>Bytes of key and value.</summary>
public enum EntryShape
{
    Key8Value8,
    Key16Value16,
    Key8Value56,
    Key8Value248,
}
