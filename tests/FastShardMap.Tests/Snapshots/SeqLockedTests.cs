using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Snapshots;

public class SeqLockedTests
{
    [Fact]
    public void Load_Stored_IsTheValue()
    {
        SeqLocked<(int A, double B)> cell = new((1, 2.5));
        Assert.Equal((1, 2.5), cell.Load());
        Assert.Equal(0, cell.Version);
        cell.Store((2, 3.5));
        Assert.Equal((2, 3.5), cell.Exchange((3, 4.5)));
        Assert.Equal((3, 4.5), cell.Load());
        Assert.Equal(2, cell.Version);
        Assert.Equal("(3, 4.5)", cell.ToString());
        Assert.Equal(default, new SeqLocked<Guid>().Load());
    }

    [Fact]
    public void Update_Delegate_MakesTheValueFromTheOldOne()
    {
        SeqLocked<long> cell = new(5);
        Assert.Equal(10, cell.Update(value => value * 2));
        Assert.Equal(13, cell.Update((value, add) => value + add, 3));
        Assert.Equal(13, cell.Load());
        Assert.Throws<ArgumentNullException>(() => cell.Update(null!));
    }

    [Fact]
    public void Update_Throws_LeavesTheValueAndTheLockFree()
    {
        SeqLocked<long> cell = new(5);
        Assert.Throws<NotSupportedException>(() => cell.Update(_ => throw new NotSupportedException()));
        Assert.Equal((5, 0), (cell.Load(), cell.Version));
        Assert.Equal(6, Task.Run(() => cell.Update(value => value + 1)).Result);
    }

    [Fact]
    public void Update_FromAnUpdate_IsRefused_LoadIsNot()
    {
        SeqLocked<long> cell = new(5);
        Assert.Throws<InvalidOperationException>(() => cell.Update(_ => cell.Update(value => value)));
        Assert.Throws<InvalidOperationException>(() => cell.Update(value =>
        {
            cell.Store(7);
            return value;
        }));
        Assert.Throws<InvalidOperationException>(() => cell.Update(value => cell.Exchange(7)));
        Assert.Equal(10, cell.Update(value => value + cell.Load()));
    }

    [Fact]
    public void Operations_All_AllocateNothing()
    {
        SeqLocked<Wide> cell = new();
        Wide value = default;
        Func<Wide, int, Wide> update = static (old, add) => old;
        cell.Update(update, 1);
        Allocation.AssertNone(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                cell.Store(value);
                value = cell.Load();
                cell.Update(update, i);
            }
        });
    }

    [Fact]
    public void Load_WhileStored_IsNeverTorn() => Hunt<Wide>();

    [Fact]
    public void Load_OddSizeWhileStored_IsNeverTorn() => Hunt<Odd>();

    /// <summary>
    /// Without the cell a struct of this size does tear; if it never did, the hunt would prove nothing.
    /// </summary>
    [Fact]
    [Trait("Category", "Heavy")]
    public void Load_PlainField_Tears()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "Needs two processors.");
        Wide field = default;
        bool torn = false;
        Race(
            seed => Unsafe.AsRef(ref field) = Pattern<Wide>((byte)seed),
            () => torn |= !IsWhole(field),
            () => torn,
            milliseconds: 30_000);
        Assert.SkipUnless(torn, "Nothing tore within the time: a scheduler's chance, not a fault of the cell.");
    }

    [Fact]
    public void Update_ManyThreads_LosesNone()
    {
        SeqLocked<(long Count, long Same)> cell = new();
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 5000; i++)
            {
                cell.Update(value => (value.Count + 1, value.Same + 1));
            }
        });
        Assert.Equal((40_000, 40_000), cell.Load());
        Assert.Equal(40_000, cell.Version);
    }

    [Theory]
    [InlineData(nameof(SeqLocked<long>.Store))]
    [InlineData(nameof(SeqLocked<long>.Exchange))]
    [InlineData(nameof(SeqLocked<long>.Update))]
    public void Write_InterruptedWhileItWaits_WritesAndDeliversTheInterruptionLater(string operation)
    {
        SeqLocked<long> cell = new(1);
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim released = new();
        Task holder = Task.Factory.StartNew(
            () => cell.Update(value =>
            {
                entered.Set();
                released.Wait();
                return value + 1;
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        entered.Wait(TestContext.Current.CancellationToken);
        Exception? failure = null;
        Exception? delivered = null;
        Thread writer = new(() =>
        {
            Thread.CurrentThread.Interrupt();
            failure = Record.Exception(() => _ = operation switch
            {
                nameof(cell.Store) => StoreIn(cell, 10),
                nameof(cell.Exchange) => cell.Exchange(10),
                _ => cell.Update(static value => value * 5),
            });
            delivered = Record.Exception(static () => Thread.Sleep(0));
        });
        writer.Start();
        SpinWait.SpinUntil(() =>
            !writer.IsAlive || writer.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin));
        released.Set();
        writer.Join();
        holder.Wait(TestContext.Current.CancellationToken);

        Assert.Null(failure);
        Assert.IsType<ThreadInterruptedException>(delivered);
        Assert.Equal((10, 2), (cell.Load(), cell.Version));
    }

    private static long StoreIn(SeqLocked<long> cell, long value)
    {
        cell.Store(value);
        return value;
    }

    private static void Hunt<T>()
        where T : unmanaged
    {
        SeqLocked<T> cell = new(Pattern<T>(0));
        bool torn = false;
        Race(seed => cell.Store(Pattern<T>((byte)seed)), () => torn |= !IsWhole(cell.Load()), () => torn);
        Assert.False(torn);
    }

    private static void Race(Action<int> write, Action read, Func<bool> over, int milliseconds = 500)
    {
        bool stop = false;
        Thread writer = new(() =>
        {
            for (int seed = 0; !Volatile.Read(ref stop); seed++)
            {
                write(seed);
            }
        });
        writer.Start();
        for (Stopwatch watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < milliseconds && !over();)
        {
            for (int i = 0; i < 1000; i++)
            {
                read();
            }
        }

        Volatile.Write(ref stop, true);
        writer.Join();
    }

    private static unsafe T Pattern<T>(byte seed)
        where T : unmanaged
    {
        T value;
        new Span<byte>(&value, sizeof(T)).Fill(seed);
        return value;
    }

    private static unsafe bool IsWhole<T>(T value)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = new(&value, sizeof(T));
        return !bytes.ContainsAnyExcept(bytes[0]);
    }

    [InlineArray(32)]
    private struct Wide
    {
        private ulong _word;
    }

    [InlineArray(29)]
    private struct Odd
    {
        private byte _byte;
    }
}
