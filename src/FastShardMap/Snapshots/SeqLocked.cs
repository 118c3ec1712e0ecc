using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap;

/// <summary>A value that is replaced as a whole. Readers take no lock, and never see half of an old value
/// together with half of a new one.</summary>
/// <typeparam name="T">The type of the value: any unmanaged type of at most 8,192 bytes.</typeparam>
/// <remarks>
/// <para>This type suits values that are read often and replaced rarely: a configuration, a routing table of fixed
/// size, a rate.</para>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads. Loads and stores are
/// linearizable.</para>
/// <para><b>Progress.</b> Loads do not write to shared memory, and take no lock unless writers disturb 32 attempts in a
/// row; then they wait for one writer. Writers wait for each other.</para>
/// <para><b>Allocation.</b> None after construction. The value is part of the object itself, which needs no finalizer
/// and no <c>Dispose</c>. The garbage collector may move the object, because no code takes the address of the
/// value.</para>
/// </remarks>
[DebuggerDisplay("{_cell.Value}")]
public sealed class SeqLocked<T>
    where T : unmanaged
{
    private const int MaxAttempts = 32;

    private readonly Lock _writers = new();
    private Cell _cell;

    /// <summary>Creates a cell with the default value.</summary>
    /// <exception cref="NotSupportedException">A value has more than 8,192 bytes.</exception>
    public SeqLocked() => EntryLimit.ThrowIfTooLarge<T>();

    /// <summary>Creates a cell with a value.</summary>
    /// <param name="value">The initial value.</param>
    /// <exception cref="NotSupportedException">A value has more than 8,192 bytes.</exception>
    public SeqLocked(T value)
        : this() => _cell.Value = value;

    /// <summary>The number of stores so far, which wraps after 2⁶³ stores. It allows a caller to detect changes without
    /// comparing values.</summary>
    public long Version => new CellVersionWord(Volatile.Read(ref _cell.Version)).Stores;

    /// <summary>Reads the value.</summary>
    /// <returns>The value, never torn.</returns>
    public T Load()
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (TryLoad(out T value))
            {
                return value;
            }

            Thread.SpinWait(1 + attempt);
        }

        return LoadLocked();
    }

    /// <summary>Replaces the value.</summary>
    /// <param name="value">The new value.</param>
    /// <exception cref="InvalidOperationException">The call comes from an update of this cell.</exception>
    public void Store(T value)
    {
        ThrowIfUpdating();
        EnterWriters();
        try
        {
            Publish(value);
        }
        finally
        {
            _writers.Exit();
        }
    }

    /// <summary>Replaces the value and returns the previous value.</summary>
    /// <param name="value">The new value.</param>
    /// <returns>The previous value.</returns>
    /// <exception cref="InvalidOperationException">The call comes from an update of this cell.</exception>
    public T Exchange(T value)
    {
        ThrowIfUpdating();
        EnterWriters();
        try
        {
            T old = _cell.Value;
            Publish(value);
            return old;
        }
        finally
        {
            _writers.Exit();
        }
    }

    /// <summary>Replaces the value by one that is computed from it. No other store happens in between.</summary>
    /// <param name="update">Computes the new value. Runs once, while other writers wait and readers do not. If it
    /// throws, the value is unchanged.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The call comes from an update of this cell.</exception>
    public T Update(Func<T, T> update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Update(static (value, update) => update(value), update);
    }

    /// <summary>Replaces the value by one that is computed from it and an argument. No other store happens in
    /// between.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="update">Computes the new value. Runs once, while other writers wait and readers do not. If it
    /// throws, the value is unchanged.</param>
    /// <param name="arg">The argument that is passed to <paramref name="update"/>.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The call comes from an update of this cell.</exception>
    public T Update<TArg>(Func<T, TArg, T> update, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(update);
        ThrowIfUpdating();
        EnterWriters();
        try
        {
            T value = update(_cell.Value, arg);
            Publish(value);
            return value;
        }
        finally
        {
            _writers.Exit();
        }
    }

    /// <summary>Returns the value as text.</summary>
    /// <returns>The text that the value's own method returns.</returns>
    public override string ToString() => Load().ToString() ?? string.Empty;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // suites: FamilySuite.LoadCell
    private bool TryLoad(out T value)
    {
        // [E4] acquire: pairs with the release in Publish.
        CellVersionWord version = new(Volatile.Read(ref _cell.Version));
        value = _cell.Value;

        // [E3] acquire fence: the copy completes before the version is read again; pairs with Publish.
        Volatile.ReadBarrier();
        return version.IsStable && Volatile.Read(ref _cell.Version) == version.Word;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T LoadLocked()
    {
        EnterWriters();
        try
        {
            return _cell.Value;
        }
        finally
        {
            _writers.Exit();
        }
    }

    // An interruption does not end the wait; the next blocking call of the thread delivers it.
    private void EnterWriters()
    {
        if (!_writers.TryEnter())
        {
            Uninterruptible.Run(_writers, static writers => writers.Enter());
        }
    }

    // The lock is re-entrant. The result of the update would replace a value that was stored from inside the update.
    private void ThrowIfUpdating()
    {
        if (_writers.IsHeldByCurrentThread)
        {
            throw new InvalidOperationException(
                "An update of this cell is running on this thread; its result would replace the value.");
        }
    }

    // The caller holds the lock.
    private void Publish(T value)
    {
        CellVersionWord version = new CellVersionWord(_cell.Version).BeginWrite();
        _cell.Version = version.Word;

        // [E3] release fence: no byte changes before the version is odd; pairs with TryLoad.
        Volatile.WriteBarrier();
        _cell.Value = value;

        // [E4] release: the bytes come first; pairs with the acquire in TryLoad.
        Volatile.Write(ref _cell.Version, version.EndWrite().Word);
    }

#pragma warning disable CS0169 // padding
    /// <summary>Version and value, separated by a line pair from whatever the garbage collector places next to
    /// them.</summary>
    private struct Cell
    {
        private LinePair _before;

        /// <summary>A <see cref="CellVersionWord"/>.</summary>
        public ulong Version;
        public T Value;
        private LinePair _after;
    }

    [InlineArray(16)]
    private struct LinePair
    {
        private ulong _word;
    }
#pragma warning restore CS0169
}
