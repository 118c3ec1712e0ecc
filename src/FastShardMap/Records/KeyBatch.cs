using System.Globalization;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

/// <summary>Presents many keys, a part of them at a time, so that the map can work on several keys at once.</summary>
/// <remarks>Keys of more than 64 bytes are copied, so that the caller's memory need not be pinned and may even
/// change.</remarks>
internal unsafe ref struct KeyBatch
{
    /// <summary>The length of the memory that the constructor needs.</summary>
    public const int MemoryBytes = MaxKeys * KeyBytesOnStack;

    /// <summary>Number of keys that are presented at once: the latency of the first key of each part is not hidden, so
    /// it should be one of many.</summary>
    private const int MaxKeys = 128;

    private const int KeyBytesOnStack = RecordKeyBytes + RecordKey.BufferBytes;
    private const int RecordKeyBytes = 16;

    /// <summary>Memory for the bytes of long keys, enough for many of the usual lengths.</summary>
    private const int FirstRoomBytes = 64 * 1024;

    private readonly RecordKey* _keys;
    private readonly byte* _buffers;
    private readonly HashSeed _seed;
    private byte* _room;
    private int _roomBytes;
    private int _used;

    /// <summary>Creates an empty batch. Dispose it after its use.</summary>
    /// <param name="memory">Memory of <see cref="MemoryBytes"/>, which the keys refer to.</param>
    /// <param name="seed">The seed of the map.</param>
    public KeyBatch(byte* memory, HashSeed seed)
    {
        _keys = (RecordKey*)memory;
        _buffers = memory + (MaxKeys * RecordKeyBytes);
        _seed = seed;
    }

    /// <summary>The number of presented keys.</summary>
    public int Count { get; private set; }

    /// <summary>The presented keys, valid until the next call.</summary>
    public readonly ReadOnlySpan<RecordKey> Keys => new(_keys, Count);

    /// <summary>Throws if a string is null or too long, before any of them is used.</summary>
    /// <exception cref="ArgumentException">A string is null, or has too many bytes in UTF-8.</exception>
    public static void ThrowIfAnyIsInvalid(ReadOnlySpan<string> keys, string parameterName)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            string text = keys[i] ?? throw IsNull(i, parameterName);
            if (text.Length > RecordKey.MaxBytes / Wtf8.MaxBytesPerChar)
            {
                KeyBytes.ThrowIfTooLong(Wtf8.CountBytes(text), parameterName);
            }
        }
    }

    /// <summary>Throws if a key is too long, before any of them is used.</summary>
    /// <exception cref="ArgumentException">A key has too many bytes.</exception>
    public static void ThrowIfAnyIsInvalid(ReadOnlySpan<ReadOnlyMemory<byte>> keys, string parameterName)
    {
        foreach (ReadOnlyMemory<byte> key in keys)
        {
            KeyBytes.ThrowIfTooLong(key.Length, parameterName);
        }
    }

    /// <summary>Presents the first of the keys; at least one, if there is one.</summary>
    /// <exception cref="ArgumentException">Another thread has replaced a string by one that is not valid.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory for the bytes of a long key.</exception>
    public void Present(ReadOnlySpan<string> keys, string parameterName)
    {
        Count = _used = 0;
        int most = Math.Min(keys.Length, MaxKeys);
        while (Count < most)
        {
            string text = keys[Count] ?? throw IsNull(Count, parameterName);
            fixed (char* chars = text)
            {
                RecordKey key = KeyText.PresentAscii((ushort*)chars, text.Length, BufferOf(Count), _seed);
                _keys[Count] = key;
                if (key.IsNone && !TryEncode(text, parameterName))
                {
                    return;
                }
            }

            Count++;
        }
    }

    /// <inheritdoc cref="Present(ReadOnlySpan{string}, string)"/>
    public void Present(ReadOnlySpan<ReadOnlyMemory<byte>> keys, string parameterName)
    {
        Count = _used = 0;
        int most = Math.Min(keys.Length, MaxKeys);
        while (Count < most)
        {
            ReadOnlySpan<byte> key = keys[Count].Span;
            KeyBytes.ThrowIfTooLong(key.Length, parameterName);
            if (key.Length <= RecordKey.MaxFourVectorBytes)
            {
                fixed (byte* bytes = key)
                {
                    _keys[Count] = KeyBytes.Present(bytes, key.Length, BufferOf(Count), _seed);
                }
            }
            else
            {
                if (!TryMakeRoom(key.Length))
                {
                    return;
                }

                key.CopyTo(new Span<byte>(_room + _used, key.Length));
                PresentRoom(key.Length);
            }

            Count++;
        }
    }

    /// <summary>Returns memory that the batch may have allocated.</summary>
    public void Dispose()
    {
        if (_room is not null)
        {
            ScratchMemory.Free(_room);
            _room = null;
            _roomBytes = 0;
        }
    }

    private static ArgumentException IsNull(int index, string parameterName) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The key at index {index} is null."), parameterName);

    private readonly byte* BufferOf(int index) => _buffers + (index * RecordKey.BufferBytes);

    private bool TryEncode(string text, string parameterName)
    {
        // Every character has at least one byte.
        KeyBytes.ThrowIfTooLong(text.Length, parameterName);
        int most = text.Length * Wtf8.MaxBytesPerChar;
        if (!TryMakeRoom(most))
        {
            return false;
        }

        int length = Wtf8.Encode(text, new Span<byte>(_room + _used, most));
        KeyBytes.ThrowIfTooLong(length, parameterName);
        PresentRoom(length);
        return true;
    }

    /// <summary>Finds room for the bytes of a key. The first key of a part always gets it.</summary>
    private bool TryMakeRoom(int bytes)
    {
        if (_roomBytes - _used >= bytes)
        {
            return true;
        }

        if (_used > 0)
        {
            return false;
        }

        Dispose();
        int room = Math.Max(FirstRoomBytes, bytes);
        _room = ScratchMemory.Allocate(room);
        _roomBytes = room;
        return true;
    }

    private void PresentRoom(int length)
    {
        _keys[Count] = KeyBytes.Present(_room + _used, length, BufferOf(Count), _seed);
        _used += length;
    }
}
