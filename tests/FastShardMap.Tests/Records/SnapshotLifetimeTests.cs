using System.Runtime.CompilerServices;

namespace FastShardMap.Tests.Records;

/// <summary>Snapshots of which the program has only an entry: the entry refers to the memory of the snapshot.</summary>
public sealed class SnapshotLifetimeTests
{
    private static readonly string s_key = new('k', 100);

    [Fact]
    public void Entry_OfASnapshotThatIsNotHeld_KeepsItAlive()
    {
        TextEntry<int> text = FirstOfText(out WeakReference first);
        BytesEntry<int> bytes = FirstOfBytes(out WeakReference second);
        BlobEntry blob = FirstOfBlobs(out WeakReference third);
        for (int collection = 0; collection < 3; collection++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.True(first.IsAlive);
        Assert.True(second.IsAlive);
        Assert.True(third.IsAlive);
        Assert.Equal(s_key, text.KeyToString());
        Assert.Equal(s_key.Length, bytes.Key.Length);
        Assert.Equal(s_key, blob.KeyToString());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TextEntry<int> FirstOfText(out WeakReference snapshot)
    {
        TextShardMap<int> map = new();
        map.TryAdd(s_key, 1);
        TextSnapshot<int> taken = map.Snapshot();
        snapshot = new WeakReference(taken.Inner);
        TextSnapshot<int>.Enumerator entries = taken.GetEnumerator();
        entries.MoveNext();
        return entries.Current;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static BytesEntry<int> FirstOfBytes(out WeakReference snapshot)
    {
        BytesShardMap<int> map = new();
        map.TryAdd(System.Text.Encoding.UTF8.GetBytes(s_key), 1);
        BytesSnapshot<int> taken = map.Snapshot();
        snapshot = new WeakReference(taken.Inner);
        BytesSnapshot<int>.Enumerator entries = taken.GetEnumerator();
        entries.MoveNext();
        return entries.Current;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static BlobEntry FirstOfBlobs(out WeakReference snapshot)
    {
        BlobShardMap map = new();
        map.Set(s_key, "value"u8);
        BlobSnapshot taken = map.Snapshot();
        snapshot = new WeakReference(taken.Inner);
        BlobSnapshot.Enumerator entries = taken.GetEnumerator();
        entries.MoveNext();
        return entries.Current;
    }
}
