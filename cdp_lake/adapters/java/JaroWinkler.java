package cdp_lake;

import org.apache.spark.sql.api.java.UDF2;

/**
 * Jaro-Winkler similarity of two texts (Winkler 1990), counted as DuckDB and RapidFuzz do, with which models are
 * trained: half a transposition is dropped, and the common prefix counts only where the Jaro similarity is above 0.7.
 * Over UTF-16 units, where DuckDB takes bytes: equal in ASCII, and of use in any other script. Nothing is like nothing.
 */
public class JaroWinkler implements UDF2 {
    private static final double ALIKE = 0.7;
    private static final double PREFIX_WEIGHT = 0.1;
    private static final int LONGEST_PREFIX = 4;

    public Object call(Object one, Object other) {
        return one == null || other == null ? null : (Object) Double.valueOf(similarity((String) one, (String) other));
    }

    static double similarity(String one, String other) {
        double jaro = jaro(one, other);
        if (jaro <= ALIKE) {
            return jaro;
        }
        int prefix = 0;
        int longest = Math.min(LONGEST_PREFIX, Math.min(one.length(), other.length()));
        while (prefix < longest && one.charAt(prefix) == other.charAt(prefix)) {
            prefix++;
        }
        return jaro + prefix * PREFIX_WEIGHT * (1.0 - jaro);
    }

    static double jaro(String one, String other) {
        int first = one.length();
        int second = other.length();
        if (first == 0 || second == 0) {
            return 0.0;
        }
        // How far apart two equal letters may stand and still be the same one.
        int reach = Math.max(0, Math.max(first, second) / 2 - 1);
        boolean[] isTaken = new boolean[first];
        boolean[] isFound = new boolean[second];
        int common = 0;
        for (int place = 0; place < second; place++) {
            int until = Math.min(first, place + reach + 1);
            for (int there = Math.max(0, place - reach); there < until; there++) {
                if (!isTaken[there] && one.charAt(there) == other.charAt(place)) {
                    isTaken[there] = true;
                    isFound[place] = true;
                    common++;
                    break;
                }
            }
        }
        if (common == 0) {
            return 0.0;
        }
        int exchanged = 0;
        int next = 0;
        for (int place = 0; place < second; place++) {
            if (isFound[place]) {
                while (!isTaken[next]) {
                    next++;
                }
                if (one.charAt(next) != other.charAt(place)) {
                    exchanged++;
                }
                next++;
            }
        }
        double matched = common;
        return (matched / first + matched / second + (matched - exchanged / 2) / matched) / 3.0;
    }
}
