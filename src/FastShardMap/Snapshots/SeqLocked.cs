using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap;

/// <summary>One value of any size that is replaced as a whole: readers take no lock and never see half of an old value
/// with half of a new one.</summary>
/// <typeparam name="T">The value: any unmanaged type of at most 8,192 bytes.</typeparam>
/// <remarks>
/// <para>For what is read much and replaced rarely: a configuration, a routing table of fixed size, a rate.</para>
/// <para><b>Thread safety.</b> All members may be called by any number of threads; loads and stores are
/// linearizable.</para>
/// <para><b>Progress.</b> Loads write no shared memory and take no lock unless writers disturb 32 attempts in a row;
/// then they wait for one writer. Writers wait for each other.</para>
/// <para><b>Allocation.</b> None after construction. The value lies in the object itself, which needs no finalizer and
/// no <c>Dispose</c>: nobody takes its address, so the garbage collector may move it.</para>
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

    /// <summary>Creates a cell.</summary>
    /// <param name="value">The first value.</param>
    /// <exception cref="NotSupportedException">A value has more than 8,192 bytes.</exception>
    public SeqLocked(T value)
        : this() => _cell.Value = value;

    /// <summary>How often a value was stored, wrapping after 2⁶³ stores: so that a poll need not compare
    /// values.</summary>
    public long Version => new CellVersionWord(Volatile.Read(ref _cell.Version)).Stores;

    /// <summary>Reads the value.</summary>
    /// <returns>The value, whole.</returns>
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
        lock (_writers)
        {
            Publish(value);
        }
    }

    /// <summary>Replaces the value and returns the one before.</summary>
    /// <param name="value">The new value.</param>
    /// <returns>The value replaced.</returns>
    /// <exception cref="InvalidOperationException">The call comes from an update of this cell.</exception>
    public T Exchange(T value)
    {
        ThrowIfUpdating();
        lock (_writers)
        {
            T old = _cell.Value;
            Publish(value);
            return old;
        }
    }

    /// <summary>Replaces the value by one made from it; no other store comes between.</summary>
    /// <param name="update">Makes the new value; runs once, while other writers wait and readers do not. If it throws,
    /// the value stays.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The call comes from an update of this cell.</exception>
    public T Update(Func<T, T> update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Update(static (value, update) => update(value), update);
    }

    /// <summary>Replaces the value by one made from it and an argument; no other store comes between.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="update">Makes the new value; runs once, while other writers wait and readers do not. If it throws,
    /// the value stays.</param>
    /// <param name="arg">Passed to <paramref name="update"/>.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The call comes from an update of this cell.</exception>
    public T Update<TArg>(Func<T, TArg, T> update, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(update);
        ThrowIfUpdating();
        lock (_writers)
        {
            T value = update(_cell.Value, arg);
            Publish(value);
            return value;
        }
    }

    /// <summary>The value, as text.</summary>
    /// <returns>The value's own text.</returns>
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
        lock (_writers)
        {
            return _cell.Value;
        }
    }

    // The lock is re-entrant, and the update's result would replace what was stored from inside it.
    private void ThrowIfUpdating()
    {
        if (_writers.IsHeldByCurrentThread)
        {
            throw new InvalidOperationException("An update of this cell is running on this thread; its result would replace the value.");
        }
    }

    // Under the lock.
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
    /// <summary>Version and value, a line pair away from whatever else the garbage collector puts beside
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
