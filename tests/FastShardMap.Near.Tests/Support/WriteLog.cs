using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace FastShardMap.Near.Tests.Support;

/// <summary>
/// What one process has written, in memory that other processes of the same machine see: per key the last acknowledged
/// value and when each of the latest values was acknowledged. The values of a key count up, and the clock is the one
/// that all processes share.
/// </summary>
internal sealed class WriteLog : IDisposable
{
    private const int Remembered = 4096;
    private const int Word = sizeof(long);
    private const int KeyBytes = (2 + Remembered) * Word;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <param name="path">The file; created if it is not there.</param>
    /// <param name="keys">The keys are the numbers below.</param>
    public WriteLog(string path, int keys)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, (long)keys * KeyBytes);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>The last acknowledged value of a key.</summary>
    public long AcknowledgedOf(int key) => Read(key, 0);

    /// <summary>Since when the engine has had some value of the key; zero if it may have lost it.</summary>
    public long PresentSince(int key) => Read(key, 1);

    /// <summary>A write was acknowledged. Only one thread calls this.</summary>
    public void Acknowledge(int key, long value)
    {
        long now = Stopwatch.GetTimestamp();
        Write(key, 2 + (int)(value % Remembered), now);
        Write(key, 0, value);
        if (PresentSince(key) == 0)
        {
            Write(key, 1, now);
        }
    }

    /// <summary>The engine loses the values of all keys after this call.</summary>
    public void Lose(int keys)
    {
        for (int key = 0; key < keys; key++)
        {
            Write(key, 1, 0);
        }
    }

    /// <summary>How long before a time the value of a key had been replaced by a later one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which is older than the acknowledged one.</param>
    /// <param name="acknowledged">The last acknowledged value before that time.</param>
    /// <param name="now">The time, as <see cref="Stopwatch"/> counts it.</param>
    public TimeSpan AgeOf(int key, long value, long acknowledged, long now) =>
        acknowledged - value < Remembered / 2
            ? Stopwatch.GetElapsedTime(Read(key, 2 + (int)((value + 1) % Remembered)), now)
            : TimeSpan.MaxValue;

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private long Read(int key, int word)
    {
        long value = _view.ReadInt64(((long)key * KeyBytes) + (word * Word));
        Interlocked.MemoryBarrier();
        return value;
    }

    private void Write(int key, int word, long value)
    {
        Interlocked.MemoryBarrier();
        _view.Write(((long)key * KeyBytes) + (word * Word), value);
    }
}
