-- AlterTable
ALTER TABLE "BranchCheck" ADD COLUMN     "seen" JSONB;
