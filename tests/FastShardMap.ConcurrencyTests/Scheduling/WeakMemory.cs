using System.Numerics;
using System.Runtime.InteropServices;
using FastShardMap.Layout;

namespace FastShardMap.ConcurrencyTests.Scheduling;

/// <summary>
/// What a weakly ordered processor may show to the readers of a map, by the view semantics of release and acquire
/// (Kang and others, POPL 2017; Lahav and others, POPL 2016): each word keeps the history of its values; each thread
/// has a view, for every word the oldest value it may still see; a read picks any value from there on.
/// <list type="bullet">
/// <item>A release store attaches the thread's view to the value, a plain store the view as of the last release
/// fence.</item>
/// <item>An acquire read takes over the attached view at once; a plain read does at the next acquire fence.</item>
/// <item>A full fence takes over, and adds to, one view of all full fences.</item>
/// </list>
/// Covered are thus all reorderings of loads with loads and of stores with stores, and of a store with a later load.
/// The words are the read views, all groups of all tables, and all records. Plain stores are found by comparing memory
/// with the last known values at every step; a plain read gets its value by showing it in memory until the thread's
/// next step. Holders of the lock read memory as it is: the lock has ordered what they see.
/// </summary>
internal sealed unsafe class WeakMemory(int threads)
{
    private const int MaxWords = 16 * 1024;
    private const int ChunkWords = 16;
    private const int ChunkBytes = ChunkWords * sizeof(ulong);

    private readonly Dictionary<nint, int> _chunkByAddress = [];
    private readonly List<nint> _chunks = [];
    private readonly List<Message>[] _histories = new List<Message>[MaxWords];
    private readonly ulong[] _latest = new ulong[MaxWords];
    private readonly Dictionary<nint, int[]> _wordViews = [];
    private readonly ThreadView[] _threads = [.. Enumerable.Range(0, threads).Select(static _ => new ThreadView())];
    private readonly int[] _fences = new int[MaxWords];
    private readonly List<(nint Address, ulong Value)> _shown = [];
    private MapHeader* _header;
    private int _words;

    /// <summary>The map whose words are simulated; to be set before each execution.</summary>
    public void Attach(MapHeader* header) => _header = header;

    public void Begin()
    {
        _chunkByAddress.Clear();
        _chunks.Clear();
        _wordViews.Clear();
        _shown.Clear();
        Array.Clear(_fences, 0, _words);
        foreach (ThreadView thread in _threads)
        {
            thread.Clear(_words);
        }

        _words = 0;

        if (_header is null)
        {
            return;
        }

        AddChunks((byte*)_header->Views, _header->ShardCount * ReadView.Bytes);
        AddTables();
        AddRecords();
    }

    /// <summary>
    /// Takes back what was shown to a reader, and finds the plain stores of the thread since its last step.
    /// </summary>
    public void Synchronize(int thread)
    {
        TakeBack();
        if (_header is null)
        {
            return;
        }

        AddRecords();
        bool viewChanged = false;
        int viewChunks = (int)(((_header->ShardCount * ReadView.Bytes) + ChunkBytes - 1) / ChunkBytes);
        for (int chunk = 0; chunk < _chunks.Count; chunk++)
        {
            ulong* words = (ulong*)_chunks[chunk];
            int first = chunk * ChunkWords;
            if (new ReadOnlySpan<ulong>(words, ChunkWords).SequenceEqual(_latest.AsSpan(first, ChunkWords)))
            {
                continue;
            }

            viewChanged |= chunk < viewChunks;
            for (int i = 0; i < ChunkWords; i++)
            {
                if (words[i] != _latest[first + i])
                {
                    Append(thread, first + i, words[i], _threads[thread].Released);
                }
            }
        }

        if (viewChanged)
        {
            AddTables();
        }
    }

    public ulong? Read(int thread, ulong* address, Strategy strategy)
    {
        if (WordAt(address) is not (>= 0 and int word))
        {
            return null;
        }

        int back = strategy.Value(Math.Min(3, Admissible(thread, word)));
        Message message = See(thread, word, back);
        Join(_threads[thread].Current, message.View);
        return message.Value;
    }

    public void Write(int thread, ulong* address, ulong value)
    {
        System.Threading.Volatile.Write(ref *address, value);
        if (WordAt(address) is >= 0 and int word)
        {
            Append(thread, word, value, view: null);
            List<Message> history = _histories[word];
            history[^1] = new Message(value, Snapshot(_threads[thread].Current));
        }
    }

    /// <summary>Sees the latest value, whatever the thread may have seen; a full fence if it succeeds.</summary>
    public ulong CompareExchange(int thread, ulong* address, ulong value, ulong comparand)
    {
        ulong seen = System.Threading.Interlocked.CompareExchange(ref *address, value, comparand);
        if (WordAt(address) is >= 0 and int word)
        {
            Join(_threads[thread].Current, See(thread, word, back: 0).View);
            if (seen == comparand)
            {
                Append(thread, word, value, view: null);
                FullFence(thread);
                _histories[word][^1] = new Message(value, Snapshot(_threads[thread].Current));
            }
        }

        return seen;
    }

    /// <summary>The thread is about to read these bytes without ordering: chooses what it sees.</summary>
    public void BeforePlainRead(int thread, ulong* address, int bytes, Strategy strategy)
    {
        int count = (bytes + sizeof(ulong) - 1) / sizeof(ulong); // a record ends with a whole word
        int stale = 1;
        for (int i = 0; i < count; i++)
        {
            if (WordAt(address + i) is >= 0 and int word && Admissible(thread, word) > 1)
            {
                stale = count == 1 ? Math.Min(3, Admissible(thread, word)) : 4;
            }
        }

        int choice = strategy.Value(stale);
        for (int i = 0; i < count; i++)
        {
            if (WordAt(address + i) is not (>= 0 and int word))
            {
                continue;
            }

            // Of several words: all new, all old, or one half of each.
            bool old = choice switch { 0 => false, 1 => true, 2 => i < (count + 1) / 2, _ => i >= (count + 1) / 2 };
            int back = count == 1 ? choice : old ? Admissible(thread, word) - 1 : 0;
            Message message = See(thread, word, back);
            if (back != 0)
            {
                _shown.Add(((nint)(address + i), _latest[word]));
                address[i] = message.Value;
            }
        }
    }

    public void AcquireFence(int thread)
    {
        Synchronize(thread);
        Join(_threads[thread].Current, _threads[thread].Read);
    }

    public void ReleaseFence(int thread)
    {
        Synchronize(thread);
        _threads[thread].Released = Snapshot(_threads[thread].Current);
    }

    public void FullFence(int thread)
    {
        Synchronize(thread);
        ThreadView view = _threads[thread];
        Join(view.Current, view.Read);
        Join(view.Current, _fences);
        view.Current.AsSpan(0, _words).CopyTo(_fences);
        view.Released = Snapshot(view.Current);
    }

    /// <summary>An atomic exchange of a lock word: a full fence, and what the word has carried.</summary>
    public void Interlocked(int thread, int* word)
    {
        ReadWord(thread, word);
        FullFence(thread);
        WriteWord(thread, word);
    }

    public void ReadWord(int thread, int* word)
    {
        if (_wordViews.TryGetValue((nint)word, out int[]? view))
        {
            Join(_threads[thread].Current, view);
        }
    }

    public void WriteWord(int thread, int* word) => _wordViews[(nint)word] = Snapshot(_threads[thread].Current);

    private void TakeBack()
    {
        foreach ((nint address, ulong value) in CollectionsMarshal.AsSpan(_shown))
        {
            *(ulong*)address = value;
        }

        _shown.Clear();
    }

    private void AddTables()
    {
        for (uint shard = 0; shard < _header->ShardCount; shard++)
        {
            AddTable(_header->Views[shard].Current);
            AddTable(_header->Views[shard].Previous);
        }
    }

    /// <summary>The segments of records that are not known yet: a writer gets them without a change of the
    /// view.</summary>
    private void AddRecords()
    {
        for (uint shard = 0; _header->RecordHeaps != null && shard < _header->ShardCount; shard++)
        {
            for (RecordSegment* segment = _header->RecordHeaps[shard].Segments;
                segment != null && !_chunkByAddress.ContainsKey((nint)segment);
                segment = segment->Next)
            {
                AddChunks((byte*)segment, (nuint)segment->Bytes & ~(nuint)(ChunkBytes - 1));
            }
        }
    }

    private void AddTable(TableRef table)
    {
        if (!table.IsNone)
        {
            bool isSentinel = table.Base == (byte*)_header->Sentinel;
            AddChunks(table.Base, isSentinel ? TableRef.SmallAlignment : (nuint)table.Groups * _header->StrideBytes);
        }
    }

    private void AddChunks(byte* start, nuint bytes)
    {
        for (byte* chunk = start; chunk < start + bytes; chunk += ChunkBytes)
        {
            if (!_chunkByAddress.TryAdd((nint)chunk, _chunks.Count))
            {
                continue;
            }

            _chunks.Add((nint)chunk);
            for (int i = 0; i < ChunkWords; i++)
            {
                List<Message> history = _histories[_words] ??= [];
                history.Clear();
                history.Add(new Message(((ulong*)chunk)[i], null));
                _latest[_words++] = ((ulong*)chunk)[i];
            }
        }
    }

    private int WordAt(ulong* address)
    {
        nint chunk = (nint)address & ~(ChunkBytes - 1);
        return _chunkByAddress.TryGetValue(chunk, out int index)
            ? (index * ChunkWords) + ((int)((nint)address - chunk) / sizeof(ulong))
            : -1;
    }

    private int Admissible(int thread, int word) => _histories[word].Count - _threads[thread].Current[word];

    private Message See(int thread, int word, int back)
    {
        ThreadView view = _threads[thread];
        int index = _histories[word].Count - 1 - back;
        Message message = _histories[word][index];
        view.Current[word] = index;
        view.Read[word] = Math.Max(view.Read[word], index);
        Join(view.Read, message.View);
        return message;
    }

    private void Append(int thread, int word, ulong value, int[]? view)
    {
        _histories[word].Add(new Message(value, view));
        _latest[word] = value;
        _threads[thread].Current[word] = _histories[word].Count - 1;
    }

    private int[] Snapshot(int[] view) => view.AsSpan(0, _words).ToArray();

    private void Join(int[] view, int[]? other)
    {
        if (other is null)
        {
            return;
        }

        // The words past the present ones are all zero.
        int i = 0;
        int length = Math.Min(_words, other.Length);
        for (; i + Vector<int>.Count <= length; i += Vector<int>.Count)
        {
            Vector.Max(new Vector<int>(view, i), new Vector<int>(other, i)).CopyTo(view, i);
        }

        for (; i < length; i++)
        {
            view[i] = Math.Max(view[i], other[i]);
        }
    }

    private readonly record struct Message(ulong Value, int[]? View);

    private sealed class ThreadView
    {
        /// <summary>For every word the oldest value the thread may still see.</summary>
        public int[] Current { get; } = new int[MaxWords];

        /// <summary>What an acquire fence would add: the views of all values read.</summary>
        public int[] Read { get; } = new int[MaxWords];

        /// <summary>What plain stores carry: the view as of the last release fence.</summary>
        public int[]? Released { get; set; }

        public void Clear(int words)
        {
            Array.Clear(Current, 0, words);
            Array.Clear(Read, 0, words);
            Released = null;
        }
    }
}
