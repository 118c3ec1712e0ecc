using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

public sealed partial class Resharder
{
    private const int PageKeys = 250;
    private const int LeastScanPage = 10;
    private const int SlowPagesPerSecond = 100;

    /// <summary>Parts of a slot that are compared by one digest each.</summary>
    private const int Parts = 256;

    private const int MostCopyAttempts = 20;

    /// <summary>Compares the servers with the table: which keys are where they should not be, and which keys of moving
    /// slots differ. Changes nothing.</summary>
    /// <param name="options">How to work, or null for the defaults.</param>
    /// <param name="cancellationToken">A token to cancel the comparison.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ReshardException">The control server holds no table, or no primary of a server is
    /// connected.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="RedisException">A server cannot be reached.</exception>
    public async Task<VerifyReport> VerifyAsync(
        ReshardOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ReshardOptions();
        _scannedPerSecond = options.MaxScannedKeysPerSecond;
        RouteMap map = await _routes.ReadAsync().ConfigureAwait(false);
        long keys = 0;
        long misplaced = 0;
        foreach (string node in map.Table.Nodes.Select(node => node.Name))
        {
            await foreach ((int slot, _) in ScanAsync(map, node, cancellationToken).ConfigureAwait(false))
            {
                SlotRule rule = map.RuleOf(slot);
                keys += rule.Authority == node ? 1 : 0;
                misplaced += rule.From == node || rule.To == node ? 0 : 1;
            }
        }

        RouteDocument.MoveEntry[] compared =
            [.. map.Active.Where(move => move.State is >= MoveState.Verifying and <= MoveState.Draining)];
        long differences = compared.Length == 0
            ? 0
            : await CompareAsync(map, compared, isRepairing: false, options, cancellationToken).ConfigureAwait(false);
        return new VerifyReport(keys, misplaced, differences);
    }

    private async Task CopyAsync(
        RouteMap map, RouteDocument.MoveEntry[] active, ReshardOptions options, CancellationToken cancellationToken)
    {
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken,
        };
        long copied = 0;
        long since = Environment.TickCount64;
        foreach (string node in active.Select(move => move.From).Distinct(StringComparer.Ordinal))
        {
            await Parallel.ForEachAsync(
                ScanMovingAsync(map, node, isSource: true, cancellationToken),
                parallel,
                async (found, cancellation) =>
                {
                    SlotRule rule = map.RuleOf(found.Slot);
                    await CopyAsync(rule, found.Key, cancellation).ConfigureAwait(false);
                    long all = Interlocked.Increment(ref copied);
                    if (all % PageKeys == 0)
                    {
                        Reach("Copying");
                    }

                    if (options.MaxKeysPerSecond > 0)
                    {
                        long due = since + (all * 1_000 / options.MaxKeysPerSecond);
                        await Task.Delay((int)Math.Max(0, due - Environment.TickCount64), cancellation)
                            .ConfigureAwait(false);
                    }
                }).ConfigureAwait(false);
            Report(_progress with { KeysCopied = _progress.KeysCopied + Interlocked.Exchange(ref copied, 0) });
            since = Environment.TickCount64;
        }
    }

    private async Task CopyAsync(SlotRule rule, RedisKey key, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < MostCopyAttempts; attempt++)
        {
            ApplyResult result = await _operations
                .SyncAsync(rule.From, rule.To, rule.Slot, rule.Token, key).ConfigureAwait(false);
            if (result == ApplyResult.Done)
            {
                return;
            }

            if (result == ApplyResult.Fenced)
            {
                throw TakenOver(rule.Slot);
            }

            await Task.Delay(attempt, cancellationToken).ConfigureAwait(false);
        }

        throw new TimeoutException(
            $"A key of slot {rule.Slot} was not copied: other writes changed it {MostCopyAttempts} times in a row.");
    }

    /// <summary>
    /// Compares the moving slots by digests, and the keys of parts that differ one by one. Counts the keys that really
    /// differ: those that are not in the log, and whose values do not change meanwhile.
    /// </summary>
    private async Task<long> CompareAsync(
        RouteMap map,
        RouteDocument.MoveEntry[] active,
        bool isRepairing,
        ReshardOptions options,
        CancellationToken cancellationToken)
    {
        Reach("comparing");
        Dictionary<(int Slot, int Part), UInt128> digests = [];
        string[] nodes = [.. active.SelectMany(move => new[] { move.From, move.To }).Distinct(StringComparer.Ordinal)];
        foreach (string node in nodes)
        {
            await AddDigestsAsync(map, node, digests, cancellationToken).ConfigureAwait(false);
        }

        HashSet<(int, int)> different =
            [.. digests.Where(digest => digest.Value != UInt128.Zero).Select(digest => digest.Key)];
        if (different.Count == 0)
        {
            return 0;
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        List<(int Slot, byte[] Key)> suspects = [];
        foreach (string node in nodes)
        {
            await foreach ((int slot, byte[] key) in
                ScanMovingAsync(map, node, isSource: null, cancellationToken).ConfigureAwait(false))
            {
                if (different.Contains((slot, PartOf(key))) && seen.Add(Convert.ToBase64String(key)))
                {
                    suspects.Add((slot, key));
                }
            }
        }

        long differences = 0;
        await Parallel.ForEachAsync(
            suspects,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken,
            },
            async (suspect, cancellation) =>
            {
                SlotRule rule = map.RuleOf(suspect.Slot);
                if (await DiffersAsync(rule, suspect.Key, cancellation).ConfigureAwait(false))
                {
                    Interlocked.Increment(ref differences);
                    if (isRepairing && await _operations.TryLogAsync(rule, suspect.Key).ConfigureAwait(false))
                    {
                        await CopyAsync(rule, suspect.Key, cancellation).ConfigureAwait(false);
                    }
                }
            }).ConfigureAwait(false);
        return differences;
    }

    /// <summary>Combines the keys of both servers: equal copies cancel each other out.</summary>
    private async Task AddDigestsAsync(
        RouteMap map,
        string node,
        Dictionary<(int Slot, int Part), UInt128> digests,
        CancellationToken cancellationToken)
    {
        IDatabase database = await _connections.DatabaseAsync(node).ConfigureAwait(false);
        List<(int Slot, byte[] Key)> page = [];
        await foreach ((int Slot, byte[] Key) found in
            ScanMovingAsync(map, node, isSource: null, cancellationToken).ConfigureAwait(false))
        {
            page.Add(found);
            if (page.Count == PageKeys)
            {
                await AddPageAsync().ConfigureAwait(false);
            }
        }

        await AddPageAsync().ConfigureAwait(false);

        async Task AddPageAsync()
        {
            RedisValue[] values = await database
                .StringGetAsync([.. page.Select(found => (RedisKey)found.Key)]).ConfigureAwait(false);
            for (int i = 0; i < page.Count; i++)
            {
                if (!values[i].IsNull)
                {
                    (int, int) part = (page[i].Slot, PartOf(page[i].Key));
                    digests[part] = digests.GetValueOrDefault(part) ^ HashOf(page[i].Key, values[i]);
                }
            }

            page.Clear();
        }
    }

    private static UInt128 HashOf(byte[] key, byte[]? value)
    {
        XxHash128 hash = new();
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, key.Length);
        hash.Append(length);
        hash.Append(key);
        hash.Append(value ?? []);
        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>A scan that is slowed down asks for less at a time, too: a server answers other requests between two
    /// pages.</summary>
    private static int ScanPageOf(int scannedPerSecond) => scannedPerSecond == 0
        ? PageKeys
        : Math.Clamp(scannedPerSecond / SlowPagesPerSecond, LeastScanPage, PageKeys);

    private static int PartOf(byte[] key) => (int)(XxHash3.HashToUInt64(key, seed: 1) % Parts);

    /// <summary>Deletes the copies on the servers that do not own the slots, and what the move left on both.</summary>
    private async Task DeleteCopiesAsync(
        RouteMap map, RouteDocument.MoveEntry[] active, ReshardOptions options, CancellationToken cancellationToken)
    {
        bool isSource = active[0].State == MoveState.Cleaning;
        foreach (string node in
            active.Select(move => isSource ? move.From : move.To).Distinct(StringComparer.Ordinal))
        {
            await Parallel.ForEachAsync(
                ScanMovingAsync(map, node, isSource, cancellationToken),
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken,
                },
                async (found, _) => await DeleteAsync(node, map.RuleOf(found.Slot), found.Key).ConfigureAwait(false))
                .ConfigureAwait(false);
        }

        Reach("deleting");
        await ForEachSlotAsync(active, options, async rule =>
        {
            RedisKey[] own =
                [SlotKeys.Log(rule.Slot), SlotKeys.Versions(rule.Slot), SlotKeys.Sequence(rule.Slot)];
            await DeleteAsync(rule.From, rule, own).ConfigureAwait(false);
            await DeleteAsync(rule.To, rule, own).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteAsync(string node, SlotRule rule, params RedisKey[] keys)
    {
        for (int attempt = 0; attempt < MostCopyAttempts; attempt++)
        {
            if (await _operations.TryDeleteAsync(node, rule.Slot, rule.Token, keys).ConfigureAwait(false))
            {
                return;
            }

            if (!await _operations.TryRaiseFenceAsync(node, rule.Slot, rule.Token).ConfigureAwait(false))
            {
                throw TakenOver(rule.Slot);
            }
        }

        throw new TimeoutException($"The fence of slot {rule.Slot} changed {MostCopyAttempts} times in a row.");
    }

    /// <summary>The keys on a server that are in slots that move from it, or to it; null for both.</summary>
    private async IAsyncEnumerable<(int Slot, byte[] Key)> ScanMovingAsync(
        RouteMap map, string node, bool? isSource, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach ((int slot, byte[] key) in ScanAsync(map, node, cancellationToken).ConfigureAwait(false))
        {
            SlotRule rule = map.RuleOf(slot);
            if (rule.State != MoveState.Planned
                && ((isSource != false && rule.From == node) || (isSource != true && rule.To == node)))
            {
                yield return (slot, key);
            }
        }
    }

    private async IAsyncEnumerable<(int Slot, byte[] Key)> ScanAsync(
        RouteMap map, string node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IServer server = await _connections.ServerAsync(node).ConfigureAwait(false);
        int database = await _connections.DatabaseIndexAsync(node).ConfigureAwait(false);
        int pageKeys = ScanPageOf(_scannedPerSecond);
        long since = Environment.TickCount64;
        long scanned = 0;
        await foreach (RedisKey key in server.KeysAsync(database, pageSize: pageKeys)
            .WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (++scanned % pageKeys == 0 && _scannedPerSecond > 0)
            {
                long due = since + (scanned * 1_000 / _scannedPerSecond);
                await Task.Delay((int)Math.Clamp(due - Environment.TickCount64, 0, int.MaxValue), cancellationToken)
                    .ConfigureAwait(false);
            }

            byte[] bytes = key!;
            if (!SlotKeys.IsReserved(bytes))
            {
                yield return (SlotTable.SlotOf(bytes, map.Document.Seed), bytes);
            }
        }
    }
}
